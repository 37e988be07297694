import { asGenesisError, GenesisError } from '../../errors.js'
import type { Clock } from '../../delivery/clock.js'
import { type ClientRequest, requestOfMessage, requestOfQuery, type RequestLimits } from './client-request.js'
import { type ListenerOptions, WebSocketListener } from './listener.js'
import type { ClientStatus } from './client-status.js'
import type { Member } from './member.js'
import { OwnStream } from './own-stream.js'
import { StreamPool, type StreamPoolOptions } from './stream-pool.js'
import { TimerWheel } from './timer-wheel.js'
import type { ServerAddress } from './server-address.js'

export interface OwnStreamsOptions extends ListenerOptions, StreamPoolOptions, RequestLimits {
  /** How long a client with an empty query may take to send its first message; then it gets the defaults. */
  readonly firstMessageMs: number
}

/** Every client has its own stream: position, batch size, rate, conditions and format. */
export class OwnStreams {
  readonly #options: OwnStreamsOptions
  readonly #clock: Clock
  readonly #listener: WebSocketListener
  readonly #pool: StreamPool
  readonly #wheel: TimerWheel
  readonly #streams = new Map<Member, OwnStream>()
  /** Members that may still send their request; the callback closes that window. */
  readonly #waiting = new Map<Member, () => void>()

  constructor(options: OwnStreamsOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#pool = new StreamPool(options)
    this.#wheel = new TimerWheel(clock)
    this.#listener = new WebSocketListener(options, {
      joined: (member, query) => this.#joined(member, query),
      message: (member, text) => this.#message(member, text),
      left: (member) => this.#left(member),
    })
  }

  /** Throws SINK_FAILED if the server cannot listen on the address. */
  listen(): Promise<ServerAddress> {
    return this.#listener.listen()
  }

  clients(): ClientStatus[] {
    return [...this.#listener.members].map((member) => member.status())
  }

  get dropped(): number {
    return this.#listener.dropped
  }

  close(): Promise<void> {
    return this.#listener.close()
  }

  #joined(member: Member, query: URLSearchParams): void {
    if (query.size > 0) return this.#start(member, () => requestOfQuery(query, this.#options))
    const start = (): void => this.#start(member, () => this.#options.defaults)
    this.#waiting.set(member, this.#clock.after(this.#options.firstMessageMs, start))
  }

  #message(member: Member, text: string): void {
    if (this.#waiting.has(member)) return this.#start(member, () => requestOfMessage(text, this.#options))
    member.refuse(
      new GenesisError('OPTION_INVALID', 'the stream has already started', {
        found: 'a message',
        expected: `options in the query string, or in the first message within ${this.#options.firstMessageMs} ms`,
      }),
    )
  }

  #start(member: Member, request: () => ClientRequest): void {
    this.#waiting.get(member)?.()
    this.#waiting.delete(member)
    try {
      const asked = request()
      const pooled = this.#pool.take(asked.conditions)
      try {
        const stream = new OwnStream(member, asked, pooled, this.#clock.now())
        this.#streams.set(member, stream)
        this.#wheel.add(stream)
      } catch (error) {
        this.#pool.giveBack(pooled)
        throw error
      }
    } catch (error) {
      member.refuse(asGenesisError(error))
    }
  }

  #left(member: Member): void {
    this.#waiting.get(member)?.()
    this.#waiting.delete(member)
    const stream = this.#streams.get(member)
    if (stream === undefined) return
    this.#streams.delete(member)
    this.#wheel.remove(stream)
    this.#pool.giveBack(stream.stream)
  }
}
