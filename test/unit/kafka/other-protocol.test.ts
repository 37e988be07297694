import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { otherProtocol } from '#src/kafka/other-protocol.js'
import { clusterAt } from '../../support/kafka.js'

async function at(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What the first question to a cluster is answered with. */
async function refusal(cluster: ClusterOptions): Promise<Error & { code?: string }> {
  const admin = new KafkaAdmin(cluster)
  try {
    return await admin.cluster().then(
      () => assert.fail('a broker answers'),
      (error: Error) => error,
    )
  } finally {
    await admin.close()
  }
}

const http = (): Server => createHttpServer((_request, response) => response.end('hello'))

describe('an address that leads to no broker is named at once:', () => {
  const sasl = { mechanism: 'PLAIN', username: 'me', password: 'secret' } as const
  for (const login of [null, sasl])
    test(`an HTTP server${login === null ? '' : ', with SASL'}`, async (t) => {
      const address = await at(t, http())
      const { code, message } = await refusal({ ...clusterAt([address]), sasl: login })
      assert.equal(code, 'KAFKA_REJECTED')
      assert.match(message, new RegExp(`${address}: this is not a Kafka broker; found an HTTP server.*kafka.brokers`))
    })

  test('a listener with TLS, spoken to without', async (t) => {
    const alert = createTcpServer((socket) => {
      socket.on('error', () => {})
      // A fatal alert: decode_error, as a broker sends it.
      socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 50])))
    })
    const { code, message } = await refusal(clusterAt([await at(t, alert)]))
    assert.equal(code, 'KAFKA_REJECTED')
    assert.match(message, /the listener requires TLS.*KAFKA_TLS_ENABLED/)
  })

  test('one that greets', async (t) => {
    const ssh = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.write('SSH-2.0-OpenSSH_9.2\r\n')
    })
    const { message } = await refusal(clusterAt([await at(t, ssh)]))
    assert.match(message, /found a server that says "SSH-2.0-OpenSSH_9.2"/)
  })

  test('but one wrong address of several is skipped', async (t) => {
    const addresses = [await at(t, http()), '127.0.0.1:1']
    const { code, message } = await refusal(clusterAt(addresses))
    assert.equal(code, 'KAFKA_UNREACHABLE')
    assert.match(message, new RegExp(addresses.join(', ')))
  })
})

test('a response that starts like a frame may be from a broker', () => {
  assert.equal(otherProtocol(Buffer.from([0, 0, 1, 4, 0])), null)
  assert.equal(otherProtocol(Buffer.alloc(0)), null)
  assert.match(otherProtocol(Buffer.from([7, 7, 7])) ?? '', /does not speak/)
})
