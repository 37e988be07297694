/**
 * A broker behind a name, as in a cloud: it is found, and advertises itself, by a name that a resolver of our own answers for. The
 * test's broker does the work, behind a proxy that changes the address in its responses.
 */
import dns from 'node:dns'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { mock, type TestContext } from 'node:test'
import type { ClusterOptions } from '#src/config/cluster.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { readFrames } from './kafka-proxy.js'
import { clusterAt, testCluster } from './kafka.js'

/** What the names of the tests are, by name; null: there is no such name. */
const addresses = new Map<string, string | null>()

type Answer = (error: Error | null, ...found: unknown[]) => void

/** From now on and until the tests of the file have ended, sockets ask us first. */
function answerNames(): void {
  if ('mock' in dns.lookup) return
  const real = dns.lookup
  const lookup = (name: string, options: dns.LookupOptions, answer: Answer): void => {
    const address = addresses.get(name)
    if (address === undefined) real(name, options, answer as never)
    else if (address === null)
      answer(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }))
    else if (options.all === true) answer(null, [{ address, family: 4 }])
    else answer(null, address, 4)
  }
  mock.method(dns, 'lookup', lookup as unknown as typeof dns.lookup)
}

export class NamedBroker {
  /** By name. */
  readonly cluster: ClusterOptions
  /** How many connections were taken at the address that the name means now. */
  connections = 0
  readonly #name: string
  readonly #port: number
  #server: ReturnType<typeof createServer>
  readonly #sockets = new Set<Socket>()
  readonly #broker: { readonly host: string; readonly port: number }

  private constructor(
    name: string,
    broker: { readonly host: string; readonly port: number },
    server: ReturnType<typeof createServer>,
  ) {
    this.#name = name
    this.#broker = broker
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
    this.cluster = { ...clusterAt([`${name}:${this.#port}`]), connectTimeoutMs: 1_000, requestTimeoutMs: 5_000 }
  }

  /** At 127.0.0.1 for now. `advertised`: another address than its own. */
  static async start(t: TestContext, advertised?: { host?: string; port?: number }): Promise<NamedBroker> {
    const connections = new ClusterConnections(testCluster())
    const { brokers } = await connections.metadata([])
    await connections.close()
    const [broker] = brokers
    if (brokers.length !== 1) throw new Error('this needs a cluster of one broker')
    answerNames()
    // As long as the real one: the proxy changes bytes in their place.
    const name = nameOf(broker.host.length)
    addresses.set(name, '127.0.0.1')
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const named = new NamedBroker(name, broker, server)
    named.#accept(advertised)
    t.after(() => named.#close())
    return named
  }

  /** The name means another address from now on, where the broker is; nothing is left at the earlier one. */
  async move(address: string): Promise<void> {
    await this.#close()
    this.connections = 0
    addresses.set(this.#name, address)
    this.#server = createServer().listen(this.#port, address)
    await once(this.#server, 'listening')
    this.#accept()
  }

  #accept({ host = this.#name, port = this.#port }: { host?: string; port?: number } = {}): void {
    const [from, to] = [addressBytes(this.#broker), addressBytes({ host, port })]
    this.#server.on('connection', (client) => {
      this.connections++
      const inner = connect(this.#broker.port, this.#broker.host)
      for (const [one, other] of [
        [client, inner],
        [inner, client],
      ]) {
        this.#sockets.add(one)
        one.setNoDelay(true)
        one.on('error', () => {})
        one.once('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      }
      client.pipe(inner)
      readFrames(inner, (frame) => {
        for (let at = frame.indexOf(from); at >= 0; at = frame.indexOf(from, at + to.length)) to.copy(frame, at)
        client.write(frame)
      })
    })
  }

  async #close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

/** Nobody answers for it. */
export function unknownName(length: number): string {
  const name = `x${nameOf(length).slice(1)}`
  addresses.set(name, null)
  return name
}

let names = 0

function nameOf(length: number): string {
  return `k${names++}-kafka-of-the-tests`.slice(0, length)
}

/** As in Metadata and FindCoordinator responses: the host's bytes, and the port as int32. */
function addressBytes({ host, port }: { readonly host: string; readonly port: number }): Buffer {
  const bytes = Buffer.alloc(host.length + 4)
  bytes.write(host, 'latin1')
  bytes.writeInt32BE(port, host.length)
  return bytes
}
