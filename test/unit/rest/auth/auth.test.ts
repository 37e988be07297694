import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { exportJWK, SignJWT } from 'jose'
import type { HttpAuth, JwtAuth } from '#src/config/http-security.js'
import { GenesisError } from '#src/errors.js'
import type { AuditEntry } from '#src/rest/audit.js'
import { auditText } from '#src/rest/audit.js'
import { Authenticator } from '#src/rest/auth/authenticator.js'
import { openAccess, type Access } from '#src/rest/auth/guard.js'
import { createServer, type RestServices } from '#src/rest/server.js'
import { asFailure } from '#src/runtime/task-events.js'
import { cheapHashOf } from '../../../support/password-hash.js'
import { startRestWorker } from '../../../support/rest-worker.js'

const token = 'a-token-of-a-machine'
const admin = { name: 'ops', hash: cheapHashOf('pässword'), role: 'admin' } as const
const reader = { name: 'eve', hash: cheapHashOf('read:only'), role: 'reader' } as const
const sha256 = createHash('sha256').update(token).digest()
const auth: HttpAuth = {
  users: [admin, reader],
  tokens: [{ name: 'ci', sha256, role: 'admin' }],
  certificates: [],
  jwt: null,
}

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` })
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

interface Guarded {
  readonly server: FastifyInstance
  readonly audit: readonly AuditEntry[]
  /** Status of a call. */
  readonly call: (method: InjectOptions['method'], url: string, headers?: Record<string, string>) => Promise<number>
}

/** A worker with a connector `c`, which has a plain-text secret. */
async function guarded(t: TestContext, given: HttpAuth | null = auth, more: Partial<Access> = {}): Promise<Guarded> {
  const { services, herder } = await startRestWorker(t)
  const audit: AuditEntry[] = []
  await herder.create('c', { name: 'c', ...connector }, 'STOPPED')
  const authenticator = given === null ? null : await Authenticator.create(given)
  const own: RestServices = { ...services, onCall: (entry) => void audit.push(entry) }
  const server = createServer(own, { access: { ...openAccess, authenticator, ...more } })
  t.after(() => server.close())
  const call: Guarded['call'] = async (method, url, headers = {}) =>
    (await server.inject({ method, url, headers })).statusCode
  return { server, audit, call }
}

const connector = {
  'connector.class': 'GenesisSource',
  model: 'model.json',
  topic: 't',
  'value.format': 'json',
  'producer.override.sasl.jaas.config': 'password="hunter2";',
}

describe('a guarded worker', () => {
  test('asks who calls, in the form of Connect, and names the ways to say so', async (t) => {
    const { server } = await guarded(t)
    const { statusCode, headers, body } = await server.inject({ method: 'GET', url: '/connectors' })
    assert.equal(statusCode, 401)
    assert.deepEqual(headers['www-authenticate'], ['Basic realm="genesis", charset="UTF-8"', 'Bearer realm="genesis"'])
    assert.deepEqual(JSON.parse(body), { error_code: 401, message: 'HTTP 401 Unauthorized' })
  })

  test('lets in passwords with any character, static tokens, and nothing that only looks like them', async (t) => {
    const { call } = await guarded(t)
    assert.equal(await call('GET', '/connectors', basic('ops:pässword')), 200)
    assert.equal(await call('GET', '/connectors', basic('eve:read:only')), 200)
    assert.equal(await call('GET', '/connectors', bearer(token)), 200)
    const wrong = [
      basic('ops:password'),
      basic('ops:'),
      basic('nobody:pässword'),
      basic('ops'),
      bearer('x'),
      bearer(''),
    ]
    for (const headers of [...wrong, { authorization: 'Digest abc' }, { authorization: 'Basic' }])
      assert.equal(await call('GET', '/connectors', headers), 401, headers.authorization)
  })

  test('lets a reader read and nothing else, on every route', async (t) => {
    const { server, call } = await guarded(t)
    const reading = basic('eve:read:only')
    const { paths } = (await server.inject({ url: '/openapi.json', headers: reading })).json<{
      readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    }>()
    for (const [path, methods] of Object.entries(paths))
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll('{name}', 'c').replaceAll(/\{\w+\}/g, '0')
        const isPublic = path === '/health' || path === '/ready'
        const called = method.toUpperCase() as 'GET'
        assert.equal((await call(called, url)) === 401, !isPublic, `${method} ${path} without a login`)
        assert.equal((await call(called, url, reading)) === 403, method !== 'get', `${method} ${path} as a reader`)
      }
    assert.equal(await call('HEAD', '/connectors', reading), 200)
  })

  test('shows secrets to admins only: to readers their placeholders at most', async (t) => {
    const { server } = await guarded(t)
    for (const url of ['/connectors/c', '/connectors/c/config', '/connectors/c/tasks', '/connectors?expand=info']) {
      const asAdmin = await server.inject({ url, headers: bearer(token) })
      const asReader = await server.inject({ url, headers: basic('eve:read:only') })
      assert.deepEqual([asAdmin.statusCode, asReader.statusCode], [200, 200])
      assert.doesNotMatch(asReader.body, /hunter2/)
      // A stopped connector has no tasks.
      if (!url.endsWith('tasks')) assert.match(asAdmin.body, /hunter2/)
      if (!url.endsWith('tasks')) assert.match(asReader.body, /"producer.override.sasl.jaas.config":"\[hidden\]"/)
    }
  })

  test('answers probes without a login, and tells them no names', async (t) => {
    const { server } = await guarded(t)
    const ready = async (headers: Record<string, string>): Promise<readonly string[]> =>
      Object.keys((await server.inject({ url: '/ready', headers })).json<object>())
    assert.deepEqual(await ready({}), ['ready', 'phase'])
    assert.ok((await ready(bearer(token))).includes('waiting_for'))
    assert.equal((await server.inject({ url: '/health' })).statusCode, 200)
    assert.equal((await server.inject({ url: '/health', headers: bearer('wrong') })).statusCode, 401)
  })

  test('tells probes that it waits for Kafka, and only those who may know where', async (t) => {
    const { services } = await startRestWorker(t)
    const failure = asFailure(new GenesisError('KAFKA_UNREACHABLE', 'no broker answers', { place: 'kafka-7:9092' }))
    const herder = Object.create(services.herder, {
      trouble: { value: { failure, since: 0 } },
    }) as typeof services.herder
    const view: RestServices['view'] = { ...services.view, phase: 'starting', status: () => [] }
    const access = { ...openAccess, authenticator: await Authenticator.create(auth) }
    const server = createServer({ ...services, herder, view }, { access })
    t.after(() => server.close())
    const health = async (headers: Record<string, string>): Promise<[number, string]> => {
      const { statusCode, body } = await server.inject({ url: '/health', headers })
      return [statusCode, body]
    }
    const [status, message] = await health({})
    assert.equal(status, 200)
    assert.match(message, /waiting for Kafka since 1970/)
    assert.doesNotMatch(message, /kafka-7/)
    assert.match((await health(bearer(token)))[1], /kafka-7:9092: no broker answers \(KAFKA_UNREACHABLE\)/)
    const ready = await server.inject({ url: '/ready' })
    assert.deepEqual([ready.statusCode, ready.json()], [503, { ready: false, phase: 'starting' }])
  })

  test('stops an address that guesses, even where it then guesses right; others go on', async (t) => {
    const { server, call, audit } = await guarded(t)
    assert.equal(await call('GET', '/', basic('ops:pässword')), 200)
    for (let i = 0; i < 10; i++) assert.equal(await call('GET', '/', bearer(`wrong-${i}`)), 401)
    const { statusCode, headers } = await server.inject({ url: '/', headers: basic('ops:pässword') })
    assert.equal(statusCode, 429)
    assert.ok(Number(headers['retry-after']) >= 1)
    const elsewhere = { url: '/', headers: basic('ops:pässword'), remoteAddress: '10.0.0.9' }
    assert.equal((await server.inject(elsewhere)).statusCode, 200)
    assert.equal(await call('GET', '/health'), 200)
    // One line for each guess that was looked at.
    assert.deepEqual([audit.length, audit[0].outcome, audit[0].user], [10, 'denied', null])
  })

  test('limits guesses that are sent together', async (t) => {
    const { call } = await guarded(t)
    const guesses = Array.from({ length: 15 }, (_, i) => call('GET', '/', basic(`ops:guess-${i}`)))
    const statuses = await Promise.all(guesses)
    assert.equal(statuses.filter((status) => status === 401).length, 10)
    assert.equal(statuses.filter((status) => status === 429).length, 5)
  })

  test('limits the requests of an address, but not those of this machine, nor probes', async (t) => {
    const { server, call } = await guarded(t, null, { requestsPerSecond: 1 })
    const from = async (remoteAddress: string, url = '/'): Promise<number> =>
      (await server.inject({ url, remoteAddress })).statusCode
    const statuses = [] as number[]
    for (let i = 0; i < 11; i++) statuses.push(await from('10.0.0.1'))
    assert.deepEqual(statuses.slice(0, 10), Array<number>(10).fill(200))
    assert.deepEqual([statuses[10], await from('10.0.0.1', '/health'), await from('10.0.0.2')], [429, 200, 200])
    for (let i = 0; i < 12; i++) assert.equal(await call('GET', '/'), 200)
  })
})

describe('JSON Web Tokens', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwt: JwtAuth = {
    keys: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    issuer: 'https://login',
    audience: 'genesis',
    roleClaim: ['realm', 'roles'],
    roles: { admin: 'genesis-admin', reader: 'genesis-reader' },
  }
  const only: HttpAuth = { users: [], tokens: [], certificates: [], jwt }
  const claims = { realm: { roles: ['x', 'genesis-admin'] }, sub: 'alice' }
  const token = (
    changes: Readonly<Record<string, unknown>> = {},
    { key = privateKey, alg = 'ES256', kid = 'k' } = {},
  ): Promise<string> =>
    new SignJWT({
      iss: 'https://login',
      aud: 'genesis',
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
      ...changes,
    })
      .setProtectedHeader({ alg, kid })
      .sign(key)

  test('need the right signature, issuer, audience, time and role', async (t) => {
    const { call, audit } = await guarded(t, only)
    const status = async (text: string, method: 'GET' | 'PUT' = 'GET'): Promise<number> =>
      call(method, method === 'GET' ? '/connectors' : '/connectors/c/pause', bearer(text))
    assert.equal(await status(await token()), 200)
    assert.equal(await status(await token(), 'PUT'), 202)
    const { user, auth: how, connector: name, outcome } = audit[0]
    assert.deepEqual([user, how, name, outcome], ['alice', 'jwt', 'c', 'done'])
    assert.equal(await status(await token({ realm: { roles: 'genesis-reader openid' } }), 'PUT'), 403)
    assert.equal(await status(await token({ realm: { roles: ['other'] } })), 403)
    assert.equal(await status(await token({ realm: null })), 403)
    assert.equal(await status(await token({ aud: 'other' })), 401)
    assert.equal(await status(await token({ iss: 'https://evil' })), 401)
    assert.equal(await status(await token({ exp: Math.floor(Date.now() / 1000) - 60 })), 401)
    assert.equal(await status(await token({ exp: undefined })), 401)
    assert.equal(await status(await token({}, { key: other.privateKey })), 401)
    const [header, payload] = (await token()).split('.')
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const forged of [`${unsigned}.${payload}.`, `${header}.${payload}.`, 'a.b.c'])
      assert.equal(await status(forged), 401)
  })

  test('signed with the public key as a password are refused', async (t) => {
    const { call } = await guarded(t, only)
    const secret = new TextEncoder().encode(publicKey.export({ type: 'spki', format: 'pem' }).toString())
    const text = await new SignJWT({ iss: 'https://login', aud: 'genesis', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(secret)
    assert.equal(await call('GET', '/', bearer(text)), 401)
  })

  test('are verified with the keys of a JWKS; while it cannot be had, nobody is let in and nobody is blamed', async (t) => {
    const set = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }
    let isUp = false
    const issuer = createHttpServer((_request, response) => {
      response.writeHead(isUp ? 200 : 500, { 'Content-Type': 'application/json' }).end(JSON.stringify(set))
    }).listen(0, '127.0.0.1')
    await once(issuer, 'listening')
    t.after(() => issuer.close())
    const { port } = issuer.address() as AddressInfo
    const { call } = await guarded(t, { ...only, jwt: { ...jwt, keys: { jwksUrl: `http://127.0.0.1:${port}/` } } })
    for (let i = 0; i < 12; i++) assert.equal(await call('GET', '/', bearer(await token())), 503)
    isUp = true
    assert.equal(await call('GET', '/', bearer(await token())), 200)
    assert.equal(await call('GET', '/', bearer(await token({}, { key: other.privateKey }))), 401)
    assert.equal(await call('GET', '/', bearer(await token({}, { kid: 'unknown' }))), 401)
  })
})

describe('audit lines', () => {
  test('say who did what, from where, to which connector, and what came of it; no bodies, no queries', async (t) => {
    const { server, audit } = await guarded(t)
    const as =
      (headers: Record<string, string>) => async (method: 'POST' | 'PUT' | 'GET', url: string, body?: object) =>
        server.inject({ method, url, headers: { ...headers, 'content-type': 'application/json' }, payload: body })
    const ops = as(bearer(token))
    await ops('GET', '/connectors/c')
    await ops('POST', '/connectors', { name: 'new one', config: { ...connector, secret: 'hunter2' } })
    await ops('POST', '/connectors', { name: 'bad', config: { 'connector.class': 'GenesisSource' } })
    await ops('PUT', '/connectors/none/pause')
    await ops('PUT', '/connector-plugins/GenesisSource/config/validate', connector)
    await as(basic('eve:read:only'))('POST', '/connectors/c/restart?includeTasks=hunter2')
    await as({})('POST', '/connectors/c/restart')
    assert.deepEqual(
      audit.map(({ user, method, path, connector: name, status, outcome }) =>
        [user, method, path, name, status, outcome].join(' '),
      ),
      [
        'ci POST /connectors new one 201 done',
        'ci POST /connectors bad 400 refused',
        'ci PUT /connectors/none/pause none 404 refused',
        'eve POST /connectors/c/restart c 403 denied',
      ],
    )
    assert.equal(auditText(audit[3]), 'POST /connectors/c/restart by eve (basic) from 127.0.0.1: denied, 403')
    assert.equal(audit[0].code, 'AUDIT')
    assert.doesNotMatch(JSON.stringify(audit), /hunter2/)
  })

  test('are lines: names from certificates and tokens cannot begin others', () => {
    const entry = { code: 'AUDIT', auth: 'jwt', client: '::1', method: 'PUT', path: '/', status: 200 } as const
    const text = auditText({ ...entry, user: 'a\nb\u009b', connector: null, outcome: 'done' })
    assert.equal(text, 'PUT / by a?b? (jwt) from ::1: done, 200')
  })
})

describe('what pages in a browser send', () => {
  test('changes nothing unless the page is the worker’s own', async (t) => {
    const { call } = await guarded(t, null)
    const pause = (headers: Record<string, string>): Promise<number> => call('PUT', '/connectors/c/pause', headers)
    const host = 'localhost:8083'
    assert.equal(await pause({ host }), 202)
    assert.equal(await pause({ host, origin: 'http://localhost:8083', 'sec-fetch-site': 'same-origin' }), 202)
    assert.equal(await pause({ host, origin: 'http://localhost:8083' }), 202)
    assert.equal(await pause({ host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }), 403)
    assert.equal(await pause({ host, origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' }), 403)
    assert.equal(await pause({ host, origin: 'https://evil.example' }), 403)
    assert.equal(await pause({ host, origin: 'null' }), 403)
    assert.equal(await call('GET', '/connectors', { host, origin: 'https://evil.example' }), 200)
  })

  test('reaches an open worker on loopback by names of this machine only', async (t) => {
    const { call } = await guarded(t, null, { hosts: { advertised: 'worker-1' } })
    for (const host of ['localhost:8083', '127.0.0.1', '[::1]:8083', 'worker-1:80', 'WORKER-1'])
      assert.equal(await call('GET', '/connectors', { host }), 200, host)
    for (const host of ['evil.example:8083', '127.0.0.1.evil.example', '10.0.0.1:8083'])
      assert.equal(await call('GET', '/connectors', { host }), 403, host)
  })
})
