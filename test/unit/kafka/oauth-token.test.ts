import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { bearerToken } from '#src/kafka/oauth-token.js'
import { folderWith } from '../config/folder.js'

interface Asked {
  readonly authorization: string | undefined
  readonly body: string
}

interface Endpoint {
  readonly url: string
  readonly asked: Asked[]
  readonly close: () => Promise<unknown>
}

async function endpoint(t: TestContext, status: number, answer: unknown): Promise<Endpoint> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push({ authorization: request.headers.authorization, body })
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const close = (): Promise<unknown> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    return closed
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, asked, close }
}

const credentials = { mechanism: 'OAUTHBEARER', clientId: 'me:1', clientSecret: 'p w', scope: 'kafka' } as const

test('a token comes from a client-credentials grant, once for all connections', async (t) => {
  const { url, asked } = await endpoint(t, 200, { access_token: 'abc', expires_in: 3600 })
  const options = { ...credentials, tokenEndpoint: url }
  assert.deepEqual(await Promise.all([bearerToken(options, 1000), bearerToken(options, 1000)]), ['abc', 'abc'])
  assert.equal(await bearerToken(options, 1000), 'abc')
  assert.equal(asked.length, 1)
  assert.equal(asked[0].body, 'grant_type=client_credentials&scope=kafka')
  assert.equal(asked[0].authorization, `Basic ${Buffer.from('me%3A1:p%20w').toString('base64')}`)
})

test('an assertion is read anew for each token: as the grant, or with a client id in place of its secret', async (t) => {
  const { url, asked } = await endpoint(t, 200, { access_token: 'abc', expires_in: 0 })
  const folder = await folderWith(t, { jwt: 'first\n' })
  const assertionFile = join(folder, 'jwt')
  const options = { mechanism: 'OAUTHBEARER', tokenEndpoint: url, assertionFile } as const
  await bearerToken(options, 1000)
  await writeFile(assertionFile, 'second\n')
  await bearerToken({ ...options, clientId: 'me', scope: 'kafka' }, 1000)
  const fields = asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
  assert.deepEqual(fields, [
    { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'first' },
    {
      grant_type: 'client_credentials',
      client_id: 'me',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'second',
      scope: 'kafka',
    },
  ])
  assert.deepEqual([asked[0].authorization, asked[1].authorization], [undefined, undefined])
  const gone = bearerToken({ ...options, assertionFile: join(folder, 'gone') }, 1000)
  await assert.rejects(gone, { code: 'KAFKA_AUTHENTICATION', message: /gone.*ENOENT.*assertion_file/ })
})

test('an expired token is replaced', async (t) => {
  const { url, asked } = await endpoint(t, 200, { access_token: 'abc', expires_in: 0 })
  const options = { ...credentials, tokenEndpoint: url }
  await bearerToken(options, 1000)
  await bearerToken(options, 1000)
  assert.equal(asked.length, 2)
})

test('without expires_in, the life of a JWT is what it says itself', async (t) => {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) - 1 })).toString('base64url')
  const { url, asked } = await endpoint(t, 200, { access_token: `e30.${claims}.` })
  const options = { ...credentials, tokenEndpoint: url }
  await bearerToken(options, 1000)
  await bearerToken(options, 1000)
  assert.equal(asked.length, 2)
})

test('a token due for renewal is used while the endpoint is down, until it expires', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 0 })
  const { url, asked, close } = await endpoint(t, 200, { access_token: 'abc', expires_in: 100 })
  const options = { ...credentials, tokenEndpoint: url }
  await bearerToken(options, 1000)
  await close()
  t.mock.timers.setTime(99_000)
  assert.equal(await bearerToken(options, 1000), 'abc')
  t.mock.timers.setTime(100_000)
  await assert.rejects(bearerToken(options, 1000), { code: 'KAFKA_UNREACHABLE' })
  assert.equal(asked.length, 1)
})

test('a refusal says the status but no secret, and is asked for again', async (t) => {
  const { url, asked } = await endpoint(t, 401, { error: 'invalid_client' })
  const options = { ...credentials, tokenEndpoint: url }
  for (let i = 0; i < 2; i++)
    await assert.rejects(bearerToken(options, 1000), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'KAFKA_AUTHENTICATION')
      assert.match(error.message, /HTTP status 401/)
      assert.doesNotMatch(error.message, /p w|p%20w/)
      return true
    })
  assert.equal(asked.length, 2)
})

test('an endpoint that does not answer is KAFKA_UNREACHABLE, a fixed token asks nobody', async () => {
  const options = { ...credentials, tokenEndpoint: 'http://127.0.0.1:1/token' }
  await assert.rejects(bearerToken(options, 1000), { code: 'KAFKA_UNREACHABLE' })
  assert.equal(await bearerToken({ mechanism: 'OAUTHBEARER', token: 'fixed' }, 1000), 'fixed')
})

test('neither token nor endpoint is a configuration error', async () => {
  await assert.rejects(bearerToken({ mechanism: 'OAUTHBEARER' }, 1000), { code: 'CONFIG_INVALID' })
})

test('credentials in the URL of the endpoint are refused, and are in no message or cause', async () => {
  const options = { ...credentials, tokenEndpoint: 'http://me:hidden@127.0.0.1:1/token' }
  await assert.rejects(bearerToken(options, 1000), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /hidden/)
    return true
  })
})
