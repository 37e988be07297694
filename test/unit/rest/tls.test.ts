import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, connect as connectTls, type TLSSocket } from 'node:tls'
import { describe, test, type TestContext } from 'node:test'
import type { HttpSecurity, HttpTls } from '#src/config/http-security.js'
import { createRouter } from '#src/rest/router.js'
import { ServerCertificate } from '#src/rest/server-certificate.js'
import { startServer } from '#src/rest/server.js'
import { folderWith } from '../config/folder.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'
import { startRestWorker } from '../../support/rest-worker.js'

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8')
const [ca, broker, brokerKey, client, clientKey] = await Promise.all(
  ['ca.pem', 'broker.pem', 'broker-key.pem', 'client.pem', 'client-key.pem'].map(fixture),
)
const text = (pem: string): HttpTls['cert'] => ({ path: null, text: pem })

async function start(t: TestContext, security: Partial<HttpSecurity>) {
  const { services, config } = await startRestWorker(t)
  const own = { ...config.http.security, ...security }
  const server = await startServer(services, { host: '127.0.0.1', port: 0, security: own })
  t.after(() => server.close())
  return server
}

/** Status of a call; or the code of the error. */
async function status(port: number, path: string, options: object = {}, method = 'GET'): Promise<number | string> {
  const call = request({ host: '127.0.0.1', port, path, method, ca, agent: false, ...options }).end()
  try {
    const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }]
    response.resume()
    return response.statusCode
  } catch (error) {
    return (error as { code: string }).code
  }
}

const withCertificate = { cert: client, key: clientKey }

describe('HTTPS', () => {
  const tls: HttpTls = { cert: text(broker), key: text(brokerKey), ca: text(ca), passphrase: null, clientAuth: 'none' }
  const auth = { users: [], tokens: [], jwt: null }

  test('is what the worker serves with a certificate, and says so', async (t) => {
    const { address, port } = await start(t, { tls: { ...tls, ca: null } })
    assert.match(address, /^https:\/\/127\.0\.0\.1:/)
    assert.equal(await status(port, '/connectors'), 200)
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
  })

  test('gives a client certificate the role of its name, and probes get in without one', async (t) => {
    const certificates = [{ name: 'client', role: 'admin' } as const]
    const { port } = await start(t, { tls: { ...tls, clientAuth: 'requested' }, auth: { ...auth, certificates } })
    assert.equal(await status(port, '/connectors', withCertificate), 200)
    assert.equal(await status(port, '/connectors/c/pause', withCertificate, 'PUT'), 404)
    assert.equal(await status(port, '/connectors'), 401)
    assert.equal(await status(port, '/health'), 200)
    const selfSigned = { cert: loopbackCertificate, key: loopbackKey }
    assert.equal(await status(port, '/connectors', selfSigned), 401)
  })

  test('knows a role for every certificate of the CA, and none for a name without one', async (t) => {
    const requested = { ...tls, clientAuth: 'requested' } as const
    const everyone = await start(t, {
      tls: requested,
      auth: { ...auth, certificates: [{ name: '*', role: 'reader' }] },
    })
    assert.equal(await status(everyone.port, '/connectors', withCertificate), 200)
    assert.equal(await status(everyone.port, '/connectors/c/pause', withCertificate, 'PUT'), 403)
    const other = await start(t, {
      tls: requested,
      auth: { ...auth, certificates: [{ name: 'other', role: 'admin' }] },
    })
    assert.equal(await status(other.port, '/connectors', withCertificate), 401)
  })

  test('can refuse every connection without a certificate', async (t) => {
    const certificates = [{ name: '*', role: 'reader' } as const]
    const { port } = await start(t, { tls: { ...tls, clientAuth: 'required' }, auth: { ...auth, certificates } })
    assert.equal(await status(port, '/health', withCertificate), 200)
    assert.equal(typeof (await status(port, '/health')), 'string')
  })

  test('uses renewed files without a restart, and keeps the former ones while the new ones do not fit', async (t) => {
    const folder = await folderWith(t, { 'cert.pem': broker, 'key.pem': brokerKey })
    const [certPath, keyPath] = ['cert.pem', 'key.pem'].map((name) => join(folder, name))
    const certificate = new ServerCertificate({
      ...tls,
      cert: { path: certPath, text: broker },
      key: { path: keyPath, text: brokerKey },
      ca: null,
    })
    const server = createTlsServer(certificate.options()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const subject = async (): Promise<unknown> => {
      const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const name: unknown = socket.getPeerCertificate().subject.CN
      socket.destroy()
      return name
    }
    const before = await subject()
    assert.equal(await certificate.refresh(server), false)
    await writeFile(certPath, loopbackCertificate)
    await assert.rejects(certificate.refresh(server), /http\.tls: the certificate and its key cannot be used/)
    assert.equal(await subject(), before)
    await writeFile(keyPath, loopbackKey)
    assert.equal(await certificate.refresh(server), true)
    assert.equal(await subject(), 'loopback')
    await writeFile(keyPath, '')
    await assert.rejects(certificate.refresh(server))
    assert.equal(await subject(), 'loopback')
  })

  test('refuses a key of another certificate before it starts', () => {
    assert.throws(() => new ServerCertificate({ ...tls, key: text(loopbackKey) }), /found a key of another certificate/)
  })
})

describe('connections', () => {
  test('that send no whole request are closed', async (t) => {
    const limits = { headersTimeoutMs: 40, requestTimeoutMs: 40 }
    const server = createRouter([], { onDefect: () => undefined, asOf: () => null, limits })
    await server.listen({ host: '127.0.0.1', port: 0 })
    t.after(() => server.close())
    const { port } = server.server.address() as AddressInfo
    for (const part of ['', 'GET / HT', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc']) {
      // What arrives behind the end resets the connection.
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      socket.resume()
      socket.write(part)
      await new Promise((resolve) => socket.once('close', resolve))
    }
  })
})
