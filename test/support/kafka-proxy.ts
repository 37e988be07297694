/**
 * A TCP proxy in front of a broker that knows Kafka's frames: it can lose a request or an answer by API, cut the connection
 * there, hold it back, or stop everything. Brokers advertise the proxies' ports, so that all of a client's traffic passes.
 */
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { Server, Socket } from 'node:net'

export const apiKeys = { Produce: 0, InitProducerId: 22, AddPartitionsToTxn: 24, EndTxn: 26 } as const
export type FaultyApi = keyof typeof apiKeys

/**
 * cut: the frame is thrown away and the connection reset; swallow: thrown away, and the connection stays open;
 * hold: kept back until the proxies are told to go on.
 */
export type FaultAction = 'cut' | 'swallow' | 'hold'

export interface Fault {
  readonly api: FaultyApi
  /** request: the broker never sees it. answer: the broker has done it, and nobody hears of that. */
  readonly lost: 'request' | 'answer'
  readonly action: FaultAction
}

interface ArmedFault extends Fault {
  readonly struck: () => void
}

/** The proxies of one cluster. */
export class KafkaProxies {
  readonly #proxies: Proxy[]
  readonly #isolated = new Set<string>()
  #armed: ArmedFault | null = null
  #paused = false

  private constructor(proxies: Proxy[]) {
    this.#proxies = proxies
  }

  /** One proxy for each pair of ports, all on 127.0.0.1. */
  static async listen(ports: readonly { readonly listen: number; readonly broker: number }[]): Promise<KafkaProxies> {
    const all: Proxy[] = []
    const proxies = new KafkaProxies(all)
    for (const { listen, broker } of ports) {
      const strike: Strike = (api, lost) => proxies.#strike(api, lost)
      const proxy = new Proxy(broker, strike, (clientId) => proxies.#isolated.has(clientId))
      await proxy.listen(listen)
      all.push(proxy)
    }
    return proxies
  }

  /** The next frame of this kind meets the fault, once; resolves when it has. */
  arm(fault: Fault): Promise<void> {
    return new Promise((resolve) => {
      this.#armed = { ...fault, struck: resolve }
    })
  }

  disarm(): void {
    this.#armed = null
  }

  /** Nothing passes any more, in either direction; connections stay open and new ones are accepted. */
  pause(): void {
    this.#paused = true
    for (const proxy of this.#proxies) proxy.pause()
  }

  /** Everything that was held back or paused goes on. */
  resume(): void {
    this.#paused = false
    for (const proxy of this.#proxies) proxy.resume()
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Nothing passes to or from the clients of this client.id any more; the others go on. */
  isolate(clientId: string): void {
    this.#isolated.add(clientId)
  }

  /** What was held back for them goes on. */
  reconnect(clientId: string): void {
    this.#isolated.delete(clientId)
    for (const proxy of this.#proxies) proxy.release()
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
  }

  #strike(api: number, lost: Fault['lost']): FaultAction | null {
    const armed = this.#armed
    if (armed === null || apiKeys[armed.api] !== api || armed.lost !== lost) return null
    this.#armed = null
    // The proxy does what it must do first.
    setImmediate(armed.struck)
    return armed.action
  }
}

type Strike = (api: number, lost: Fault['lost']) => FaultAction | null
type IsIsolated = (clientId: string) => boolean

class Proxy {
  readonly #broker: number
  readonly #server: Server
  readonly #links = new Set<Link>()
  #paused = false

  constructor(broker: number, strike: Strike, isIsolated: IsIsolated) {
    this.#broker = broker
    this.#server = createServer((client) => {
      const link = new Link(client, connect(this.#broker, '127.0.0.1'), strike, isIsolated)
      this.#links.add(link)
      link.closed.then(
        () => this.#links.delete(link),
        () => {},
      )
      if (this.#paused) link.pause()
    })
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  pause(): void {
    this.#paused = true
    for (const link of this.#links) link.pause()
  }

  resume(): void {
    this.#paused = false
    for (const link of this.#links) link.resume()
  }

  /** Lets through what is not to be held back any more. */
  release(): void {
    for (const link of this.#links) link.release()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const link of this.#links) link.cut()
    await closed
  }
}

/** One client's connection and the one behind it. */
class Link {
  readonly closed: Promise<void>
  readonly #client: Socket
  readonly #broker: Socket
  /** Which API a correlation id was asked for. */
  readonly #asked = new Map<number, number>()
  readonly #isIsolated: IsIsolated
  #held: (() => void)[] = []
  #paused = false
  #clientId = ''

  constructor(client: Socket, broker: Socket, strike: Strike, isIsolated: IsIsolated) {
    this.#client = client
    this.#broker = broker
    this.#isIsolated = isIsolated
    client.setNoDelay(true)
    broker.setNoDelay(true)
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        this.cut()
        resolve()
      }
      for (const socket of [client, broker]) socket.on('error', () => {}).on('close', end)
    })
    readFrames(client, (frame) => {
      const api = frame.readInt16BE(4)
      this.#asked.set(frame.readInt32BE(8), api)
      this.#clientId = clientIdOf(frame)
      this.#pass(frame, broker, strike(api, 'request'))
    })
    readFrames(broker, (frame) => {
      const correlation = frame.readInt32BE(4)
      const api = this.#asked.get(correlation) ?? -1
      this.#asked.delete(correlation)
      this.#pass(frame, client, strike(api, 'answer'))
    })
  }

  #pass(frame: Buffer, to: Socket, action: FaultAction | null): void {
    if (action === 'cut') this.cut()
    else if (action === 'hold' || this.#isHolding) this.#held.push(() => to.write(frame))
    else if (action === null) to.write(frame)
  }

  cut(): void {
    this.#client.destroy()
    this.#broker.destroy()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.release()
  }

  release(): void {
    if (this.#isHolding) return
    const held = this.#held
    this.#held = []
    for (const pass of held) pass()
  }

  get #isHolding(): boolean {
    return this.#paused || this.#isIsolated(this.#clientId)
  }
}

/** RequestHeader: request_api_key int16, request_api_version int16, correlation_id int32, client_id nullable string, after the length. */
function clientIdOf(frame: Buffer): string {
  const length = frame.readInt16BE(12)
  return length < 0 ? '' : frame.toString('utf8', 14, 14 + length)
}

/** Calls for every complete frame: an int32 length and so many bytes. */
export function readFrames(from: Socket, call: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  from.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4) {
      const end = 4 + rest.readInt32BE(0)
      if (rest.length < end) return
      call(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
