import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { HttpSecurity } from '#src/config/http-security.js'
import { isLoopback } from '#src/config/http-security.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { GenesisError } from '#src/errors.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'
import { folderWith } from './folder.js'

const hash = `scrypt:ln=15,r=8,p=3:${'A'.repeat(22)}:${'B'.repeat(43)}`
const files = {
  'cert.pem': loopbackCertificate,
  'key.pem': loopbackKey,
  'both.pem': loopbackCertificate + loopbackKey,
  'users.json': `[{"name": "ops", "password": "${hash}"}]\n`,
}

async function securityOf(
  t: TestContext,
  text: string,
  env: Readonly<Record<string, string>> = {},
  name = 'worker.yaml',
): Promise<HttpSecurity> {
  const folder = await folderWith(t, { ...files, [name]: text })
  return (await loadWorker(join(folder, name), env)).http.security
}

async function refusals(t: TestContext, text: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await securityOf(t, text, env)
  } catch (error) {
    const { message, details } = error as GenesisError
    return (details.all?.map((one) => one.message) ?? [message]).join('\n')
  }
  return ''
}

const tls = 'tls: { cert: cert.pem, key: key.pem }'
const users = `users: [{ name: ops, password: '${hash}', role: admin }]`

describe('a worker that other machines can reach', () => {
  it('needs TLS and authentication, and says how to get them', async (t) => {
    const open = await refusals(t, 'http: { enabled: true, host: 0.0.0.0 }')
    assert.match(
      open,
      /http\.host: other machines could connect without TLS \(http\.tls\) and authentication \(http\.auth\)/,
    )
    assert.match(open, /found 0\.0\.0\.0; .*http\.insecure: true \(GENESIS_HTTP_INSECURE=true\)/)
    assert.match(await refusals(t, `http: { enabled: true, host: worker-1, ${tls} }`), /without authentication/)
    const noTls = await refusals(t, `http: { enabled: true, host: '::', auth: { ${users} } }`)
    assert.match(noTls, /without TLS \(http\.tls\); found ::/)
    const environment = { GENESIS_HTTP_ENABLED: 'true', GENESIS_HTTP_HOST: '0.0.0.0' }
    assert.match(await refusals(t, '', environment), /http\.host: other machines/)
    assert.equal(await refusals(t, `http: { enabled: true, host: 0.0.0.0, ${tls}, auth: { ${users} } }`), '')
    assert.equal(await refusals(t, 'http: { enabled: true, host: 0.0.0.0, insecure: true }'), '')
    assert.equal(await refusals(t, '', { ...environment, GENESIS_HTTP_INSECURE: 'true' }), '')
  })

  it('is one that listens beyond loopback, and only while HTTP is on', async (t) => {
    for (const host of ['127.0.0.1', '127.8.0.1', '::1', '[::1]', 'localhost', 'LOCALHOST', 'a.localhost'])
      assert.ok(isLoopback(host), host)
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', 'worker', ''])
      assert.ok(!isLoopback(host), host)
    assert.equal(await refusals(t, 'http: { host: 0.0.0.0 }'), '')
  })

  it('keeps its logins with http.insecure, for a proxy that ends TLS', async (t) => {
    const { auth, tls, isInsecure } = await securityOf(
      t,
      `http: { enabled: true, host: 0.0.0.0, insecure: true, auth: { ${users} } }`,
    )
    assert.deepEqual([auth?.users[0].name, tls, isInsecure], ['ops', null, true])
  })
})

describe('http.auth', () => {
  it('takes users, tokens, certificates and JWTs; what has no role may only read', async (t) => {
    const { auth, tls: own } = await securityOf(
      t,
      `http:
  tls: { cert: cert.pem, key: key.pem, ca: cert.pem, client_auth: requested }
  auth:
    users: { name: ops, password: '\${env:OPS}' }
    tokens: [{ name: ci, hash: 'sha256:${'0f'.repeat(32)}', role: admin }]
    certificates: [{ name: prometheus }]
    jwt: { public_key: cert.pem, issuer: https://login, audience: genesis, role_claim: realm_access.roles }`,
      { OPS: hash },
    )
    assert.equal(auth?.users[0].hash.costLog2, 15)
    assert.deepEqual(
      [auth.users[0].role, auth.tokens[0].role, auth.tokens[0].sha256.toString('hex'), auth.certificates],
      ['reader', 'admin', '0f'.repeat(32), [{ name: 'prometheus', role: 'reader' }]],
    )
    assert.deepEqual(auth.jwt?.roleClaim, ['realm_access', 'roles'])
    assert.equal(own?.clientAuth, 'requested')
    assert.match(own.cert.path ?? '', /cert\.pem$/)
  })

  it('takes all users from a file, and in a properties file', async (t) => {
    const whole = await securityOf(t, "http: { auth: { users: '${file:users.json}' } }")
    assert.equal(whole.auth?.users[0].name, 'ops')
    const line = `http.auth.users=[{"name": "ops", "password": "${hash}", "role": "admin"}]`
    const { auth } = await securityOf(t, line, {}, 'connect.properties')
    assert.equal(auth?.users[0].role, 'admin')
  })

  it('refuses plain passwords, without showing them, and what contradicts itself', async (t) => {
    const plain = await refusals(t, 'http: { auth: { users: [{ name: ops, password: hunter2 }] } }')
    assert.match(plain, /user ops: not a password hash; found a secret; .*Print one with genesis hash-password/)
    assert.doesNotMatch(plain, /hunter2/)
    const cases: readonly (readonly [text: string, message: RegExp])[] = [
      ['auth: { tokens: [{ name: ci, hash: secret-token }] }', /token ci: not a token hash; found a secret/],
      [`auth: { users: [{ name: 'a:b', password: '${hash}' }] }`, /cannot contain a colon/],
      [`auth: { users: [{ name: a, password: '${hash}' }, { name: a, password: '${hash}' }] }`, /the same name/],
      ['auth: { users: [{ name: a }] }', /missing key; found no password/],
      ['auth: { certificates: [{ name: a }] }', /client certificates are off/],
      ['auth: { jwt: { issuer: a } }', /no keys to verify tokens with/],
      ['auth: { jwt: { jwks_url: https://a/ } }', /other issuers or for other services/],
      ['auth: { jwt: { jwks_url: http://a/, issuer: i, audience: a } }', /keys fetched without TLS can be forged/],
      ['auth: { jwt: { public_key: key.pem, jwks_url: https://a/, issuer: i, audience: a } }', /exclude each other/],
      ['tls: { key: key.pem }', /a certificate and its key go together/],
      ['tls: { client_auth: required }', /TLS is off/],
      ['tls: { cert: cert.pem, key: key.pem, client_auth: required }', /need both a CA and client_auth/],
      [
        'tls: { cert: cert.pem, key: key.pem, ca: cert.pem, client_auth: required }',
        /no client certificate has a role/,
      ],
      ['trusted_proxies: 10.0.0.0/33', /expected a list of IP addresses/],
    ]
    for (const [text, message] of cases) assert.match(await refusals(t, `http: { ${text} }`), message, text)
  })
})

describe("Kafka Connect's listeners", () => {
  const properties = (t: TestContext, ...lines: string[]): Promise<HttpSecurity> =>
    securityOf(t, lines.join('\n'), {}, 'connect.properties')

  it('with https:// take PEM files and texts, their own or those of all connections', async (t) => {
    const pem = ['ssl.keystore.type=PEM', 'ssl.keystore.location=both.pem']
    for (const prefix of ['', 'listeners.https.']) {
      const lines = pem.map((line) => prefix + line)
      const { tls: own } = await properties(t, 'listeners=https://localhost:8443', ...lines)
      assert.match(own?.cert.path ?? '', /both\.pem$/)
      assert.equal(own?.clientAuth, 'none')
    }
    const truststore = ['ssl.truststore.type=PEM', 'ssl.truststore.location=cert.pem', 'ssl.client.auth=required']
    const { tls: mutual, auth } = await properties(t, 'listeners=https://:8443', ...pem, ...truststore)
    assert.equal(mutual?.clientAuth, 'required')
    // As in Connect: who has a certificate may do everything.
    assert.deepEqual(auth?.certificates, [{ name: '*', role: 'admin' }])
    await assert.rejects(
      properties(t, 'listeners=https://localhost:8443', 'ssl.keystore.location=a.jks'),
      /unsupported certificate store format; found JKS/,
    )
    await assert.rejects(properties(t, 'listeners=http://:8083'), /other machines could connect without TLS/)
  })

  it('never lose a login that an extension was to ask for', async (t) => {
    const name = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
    const row = `http.auth.users=[{"name": "ops", "password": "${hash}"}]`
    await assert.rejects(properties(t, `rest.extension.classes=${name}`), /JAAS file.*genesis hash-password/)
    await assert.rejects(
      properties(t, 'rest.extension.classes=org.acme.Audit'),
      /not supported; found org\.acme\.Audit/,
    )
    const { auth } = await properties(t, `rest.extension.classes=${name}`, row)
    assert.equal(auth?.users.length, 1)
  })
})
