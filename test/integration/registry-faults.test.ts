/** What a registry can do wrong, played by a small HTTP server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Registry } from '#src/encode/registry.js'
import { loopbackCertificate, loopbackKey } from '../support/loopback-certificate.js'
import { registryOptions } from '../support/registry.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
let handler: Handler = (_, response) => response.end()
const server = createServer((request, response) => handler(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
after(() => {
  server.closeAllConnections()
  server.close()
})

const pauses: number[] = []
function client(more: Partial<ReturnType<typeof registryOptions>> = {}): Registry {
  pauses.length = 0
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms)
    return Promise.resolve()
  }
  return new Registry({ ...registryOptions(`http://127.0.0.1:${port}/base/`), ...more }, pause)
}

const answer =
  (status: number, body: object): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

test('answers of 429 and 5xx and cut connections are tried again, with growing pauses', async () => {
  let calls = 0
  handler = (request, response) => {
    calls++
    if (calls === 1) answer(503, {})(request, response)
    else if (calls === 2) answer(429, {})(request, response)
    else if (calls === 3) request.socket.destroy()
    else answer(200, { id: 9 })(request, response)
  }
  assert.equal(await client().register('s', 'string'), 9)
  assert.equal(calls, 4)
  assert.equal(pauses.length, 3)
  for (const [i, ms] of pauses.entries()) assert.ok(ms >= 50 * 2 ** i && ms <= 150 * 2 ** i)
})

test('a registry that stays down is unreachable, which may pass', async () => {
  handler = answer(500, { error_code: 50001, message: 'store\n is down' })
  await assert.rejects(client().latest('s'), {
    code: 'REGISTRY_UNREACHABLE',
    retriable: true,
    message: `registry http://127.0.0.1:${port}/base: no response in 5 attempts; found status 500 (store is down). Check registry.url, and that the registry is up.`,
  })
  const nowhere = client({ url: 'http://127.0.0.1:1' })
  await assert.rejects(nowhere.latest('s'), { code: 'REGISTRY_UNREACHABLE', message: /ECONNREFUSED/ })
})

test('a registry that does not answer is given up after the time-out', async () => {
  handler = () => {}
  await assert.rejects(client({ requestTimeoutMs: 20 }).latest('s'), {
    code: 'REGISTRY_UNREACHABLE',
    message: /no response within 20 ms/,
  })
})

test('a registry that answers byte by byte is given up after the time-out, too', async () => {
  const trickles: NodeJS.Timeout[] = []
  handler = (_, response) => {
    response.write('{"id":')
    trickles.push(setInterval(() => response.write(' '), 1))
  }
  try {
    await assert.rejects(client({ requestTimeoutMs: 20 }).latest('s'), {
      code: 'REGISTRY_UNREACHABLE',
      message: /no response within 20 ms/,
    })
  } finally {
    for (const trickle of trickles) clearInterval(trickle)
  }
})

test('credentials are sent as Basic or Bearer, from the options or the URL, and never shown', async () => {
  const seen: (string | undefined)[] = []
  handler = (request, response) => {
    seen.push(request.headers.authorization)
    answer(401, { error_code: 40101, message: 'Unauthorized' })(request, response)
  }
  const attempts = [
    client({ username: 'anna', password: 'geheim:1' }),
    client({ token: 'geheim-token' }),
    client({ url: `http://anna:geheim%40@127.0.0.1:${port}/base` }),
  ]
  for (const registry of attempts) {
    await assert.rejects(registry.register('s', 'string'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'REGISTRY_REJECTED')
      assert.match(error.message, /status 401 \(Unauthorized\)\. Check the registry's credentials/)
      assert.doesNotMatch(JSON.stringify(error) + error.message + String(error.stack), /geheim/)
      return true
    })
  }
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  assert.deepEqual(seen, [basic('anna:geheim:1'), 'Bearer geheim-token', basic('anna:geheim@')])
})

test('an id is asked for once by all tasks that start together, and again after a failure and by later ones', async () => {
  let calls = 0
  handler = (request, response) => {
    calls++
    answer(calls === 1 ? 422 : 200, { id: 3, message: 'bad' })(request, response)
  }
  const registry = client()
  await assert.rejects(registry.register('s', 'string'), { code: 'REGISTRY_REJECTED' })
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => registry.register('s', 'string'))), [3, 3, 3])
  assert.equal(calls, 2)
  await registry.register('s', 'string')
  assert.equal(calls, 3)
})

test('what is under an id is compared whole; nothing is there only if the registry says so', async () => {
  const found: (string | null)[] = []
  for (const body of [
    { schema: '"string"' },
    { schema: '"string"', schemaType: 'AVRO', references: [] },
    { schema: '"int"' },
    { schema: '"string"', schemaType: 'JSON' },
    { schema: '"string"', references: [{ name: 'a', subject: 'a', version: 1 }] },
  ]) {
    handler = answer(200, body)
    found.push(await client().contentOf(1))
  }
  assert.equal(found[0], found[1])
  assert.equal(new Set(found).size, 4)
  handler = answer(404, { error_code: 40403, message: 'Schema 1 not found' })
  assert.equal(await client().contentOf(1), null)
  for (const [status, body] of [
    [404, { error_code: 404, message: 'no such page' }],
    [503, {}],
    [200, { id: 1 }],
  ] as const) {
    handler = answer(status, body)
    await assert.rejects(client().contentOf(1), { code: 'REGISTRY_REJECTED' })
  }
})

test('what answers but is no registry is refused by every call, with the beginning of what it says', async () => {
  const page = '<html>\n  <body>Welcome</body></html>'
  const nonsense: [body: string, found: string][] = [
    [page, '<html> <body>Welcome</body></html>'],
    ['', 'an empty body'],
    ['[]', '\\[\\]'],
    ['null', 'null'],
    ['{"id":"7"}', '{"id":"7"}'],
    ['{"id":7e9}', '{"id":7000000000}'],
    [`"${'x'.repeat(100)}"`, `x{60}…`],
  ]
  for (const [body, found] of nonsense) {
    handler = (_, response) => response.end(body)
    for (const call of [
      client().register('s', 'string'),
      client().lookup('s', 'string'),
      client().latest('s'),
      client().compatibility('s', 'string'),
    ])
      await assert.rejects(call, {
        code: 'REGISTRY_REJECTED',
        retriable: false,
        message: new RegExp(`the response .*; found ${found}; expected Confluent's REST API`),
      })
  }
  // A login page, as a proxy before the registry sends one.
  handler = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/login' }).end()
  await assert.rejects(client().register('s', 'string'), { code: 'REGISTRY_REJECTED', message: /found status 302/ })
  assert.throws(() => client({ url: 'registry:8081' }), { code: 'CONFIG_INVALID' })
})

test('an address without the path of the API is refused with a hint, by every call', async () => {
  const body = { error_code: 404, message: 'RESTEASY003210: Could not find resource for full path' }
  handler = answer(404, body)
  const registry = client()
  const hint = /\. There is no registry API at this address; its path may be missing, such as \/apis\/ccompat\/v7\.$/
  for (const call of [
    registry.register('s', 'string'),
    registry.lookup('s', 'string'),
    registry.latest('s'),
    registry.byId(1),
    registry.compatibility('s', 'string'),
  ]) {
    await assert.rejects(call, { code: 'REGISTRY_REJECTED', message: hint })
  }
})

test('a subject, a version or a schema that is missing is no fault of the address', async () => {
  for (const code of [40401, 40402, 40403]) {
    handler = answer(404, { error_code: code, message: 'not found' })
    assert.deepEqual(await client().compatibility('s', 'string'), { compatible: true, messages: [] })
    await assert.rejects(client().latest('s'), { code: 'SUBJECT_MISSING' })
    await assert.rejects(client().lookup('s', 'string'), { code: 'SUBJECT_MISSING' })
  }
})

test('an address without a path has no double slash', async () => {
  let path: string | undefined
  handler = (request, response) => {
    path = request.url
    answer(200, { id: 1 })(request, response)
  }
  for (const url of [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/`]) {
    await client({ url }).register('s', 'string')
    assert.equal(path, '/subjects/s/versions')
  }
})

test('subjects are escaped and the URL’s own path is kept', async () => {
  let path: string | undefined
  handler = (request, response) => {
    path = request.url
    answer(200, { id: 1 })(request, response)
  }
  await client().register('a/b c', 'string')
  assert.equal(path, '/base/subjects/a%2Fb%20c/versions')
})

test('a newest schema that is not Avro is refused', async () => {
  handler = answer(200, { id: 1, schema: '{}', schemaType: 'JSON' })
  await assert.rejects(client().latest('s'), {
    code: 'REGISTRY_REJECTED',
    message: /subject s is not an Avro schema; found "JSON"; expected AVRO/,
  })
})

test('a registry behind TLS is trusted by the CA that is given, and not without it', async () => {
  const secure = createSecureServer({ cert: loopbackCertificate, key: loopbackKey }, answer(200, { id: 4 }))
  secure.listen(0, '127.0.0.1')
  await once(secure, 'listening')
  const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
  try {
    assert.equal(await client({ url, ca: loopbackCertificate }).register('s', 'string'), 4)
    await assert.rejects(client({ url }).register('s', 'string'), {
      code: 'REGISTRY_UNREACHABLE',
      message: /self-signed certificate/,
    })
  } finally {
    secure.close()
  }
})
