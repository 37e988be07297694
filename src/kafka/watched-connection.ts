import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, TimeoutError, Writer } from './platformatic.js'
import type { Callback, CallbackWithPromise, ConnectionOptions, ResponseParser } from '@platformatic/kafka'
import { GenesisError } from '../errors.js'
import { otherProtocol } from './other-protocol.js'
import { ReusedRequests } from './reused-requests.js'
import { ThrottleMeter, throttleOf } from './throttle.js'

const saslHandshake = 17
const saslAuthenticate = 36

/** The library renews a session after this share of its life. */
const renewedAt = 0.8

/** KIP-368: a broker rejects a renewal within a second of the previous one. */
const minRenewalMs = 1_050

/** Disables the library's own timeout. */
const never = 2 ** 31 - 1

/**
 * @platformatic/kafka's connection, plus what it lacks:
 * - Requests wait while a SASL session is renewed; a broker would close the connection on them (KIP-368).
 * - Requests wait while a quota throttles the connection, and the timeout of those in flight is extended: the broker
 *   reads nothing from the connection meanwhile (KIP-219).
 * - Large requests are sent from reused or lent memory.
 * - A response that arrives after its request timed out is ignored; the library would disconnect.
 */
export class WatchedConnection extends Connection {
  /** A request has timed out. */
  isLate = false
  /** What answers here instead of a Kafka broker, judging by its first bytes; null: a broker, or nothing has answered. */
  other: string | null = null
  #heardAt = 0
  readonly #requestTimeoutMs: number
  readonly #refresh: () => Promise<unknown>
  readonly #throttle = new ThrottleMeter()
  readonly #reused = new ReusedRequests()
  #authenticatedAt = 0
  #renewing = false
  #ended = false
  #held: Held[] = []
  #timer: NodeJS.Timeout | undefined

  /** `refresh`: fetches credentials ahead of a renewal. */
  constructor(
    clientId: string,
    options: ConnectionOptions & { readonly requestTimeout: number },
    refresh: () => Promise<unknown>,
  ) {
    super(clientId, { ...options, requestTimeout: never })
    this.#requestTimeoutMs = options.requestTimeout
    this.#refresh = refresh
    const authenticated = (): void => {
      this.#authenticatedAt = performance.now()
      this.#renewing = false
      this.#release()
    }
    this.on('sasl:authentication', authenticated)
    this.on('sasl:authentication:extended', authenticated)
    this.on('error', (error) => this.#refuse(error))
    this.on('close', () => {
      this.#reused.drop()
      this.#refuse(null)
    })
  }

  /** When it last had a response, by `performance.now()`. A quota that throttles it counts as one. */
  get heardAt(): number {
    return this.#throttle.leftMs() > 0 ? performance.now() : this.#heardAt
  }

  override connect(host: string, port: number, callback: CallbackWithPromise<void>): void
  override connect(host: string, port: number): Promise<void>
  override connect(host: string, port: number, callback?: CallbackWithPromise<void>): void | Promise<void> {
    const connected = callback === undefined ? super.connect(host, port) : super.connect(host, port, callback)
    this.#reused.attach(this.socket)
    this.socket.once('data', (first: Buffer) => {
      this.other = otherProtocol(first)
      // It would be queried until the timeout, and its responses taken for frame lengths.
      if (this.other !== null) this.socket.destroy()
    })
    return connected
  }

  /** Called by the library's timer. In-flight requests are answered first: a broker handles them in order. */
  override reauthenticate(): void {
    const livedMs = performance.now() - this.#authenticatedAt
    const remainingMs = livedMs / renewedAt - livedMs
    const refreshed = this.#refresh().catch(() => {
      // The renewal asks again and reports the error.
    })
    void Promise.race([refreshed, sleep(remainingMs / 2, null, { ref: false })]).then(async () => {
      if (!this.isConnected()) return
      this.#renewing = true
      if (livedMs < minRenewalMs) await sleep(minRenewalMs - livedMs, null, { ref: false })
      if (this.isConnected()) super.reauthenticate()
    })
  }

  override send<Answer>(
    apiKey: number,
    apiVersion: number,
    createPayload: () => Writer,
    parse: ResponseParser<Answer>,
    requestTags: boolean,
    responseTags: boolean,
    callback: Callback<Answer>,
  ): void {
    const send = (payload: () => Writer): void => {
      const settle = this.#timed(callback)
      const sent = (): Writer => this.#reused.replace(apiKey, payload())
      super.send<Answer>(apiKey, apiVersion, sent, parse, requestTags, responseTags, (error, answer) => {
        if (error === null) this.#heardAt = performance.now()
        const ms = throttleOf(error, answer)
        if (ms > 0) this.#wait(ms)
        settle(error, answer)
      })
    }
    const isSasl = apiKey === saslHandshake || apiKey === saslAuthenticate
    if (isSasl || !this.#isHeld) return send(createPayload)
    // Buffers belong to the caller again when this returns, just as when the library sends at once.
    const kept = copyOf(createPayload())
    this.#held.push({ send: () => send(() => kept), refuse: (error) => callback(error) })
  }

  /** What waits is not overtaken: its timer is late if the thread is busy, and a producer's batches have an order. */
  get #isHeld(): boolean {
    return !this.#ended && (this.#renewing || this.#held.length > 0 || this.#throttle.leftMs() > 0)
  }

  /** Calls back once: with the response, or on timeout. */
  #timed<Answer>(callback: Callback<Answer>): Callback<Answer> {
    const began = performance.now()
    const throttledBefore = this.#throttle.totalMs
    let settled = false
    const expire = (): void => {
      const leftMs = this.#requestTimeoutMs + this.#throttle.totalMs - throttledBefore - (performance.now() - began)
      if (leftMs > 1) {
        timer = setTimeout(expire, leftMs)
        return
      }
      this.isLate = true
      settle(new TimeoutError('Request timed out'))
    }
    const settle: Callback<Answer> = (error, answer) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      callback(error, answer)
    }
    let timer = setTimeout(expire, this.#requestTimeoutMs)
    return settle
  }

  #wait(ms: number): void {
    this.#throttle.add(ms)
    clearTimeout(this.#timer)
    if (!this.#ended) this.#timer = setTimeout(() => this.#release(), this.#throttle.leftMs() + 1)
  }

  #release(): void {
    if (this.#renewing) return
    for (const { send } of this.#held.splice(0)) send()
  }

  /** A new connection shows whether the credentials are wrong or the broker was just unavailable. */
  #refuse(cause: Error | null): void {
    this.#ended = true
    clearTimeout(this.#timer)
    const held = this.#held.splice(0)
    if (held.length === 0) return
    const what = this.#renewing ? 'the session with the broker was not renewed' : 'the broker closed the connection'
    const error = new GenesisError('KAFKA_RETRIABLE', what, {
      place: `broker ${this.host}:${this.port}`,
      found: cause === null ? 'a closed connection' : reason(cause),
      cause: cause ?? undefined,
    })
    for (const { refuse } of held) refuse(error)
  }
}

interface Held {
  readonly send: () => void
  readonly refuse: (error: Error) => void
}

function copyOf(payload: Writer): Writer {
  const copy = Writer.create().append(Buffer.from(payload.buffer))
  Object.assign(copy.context, payload.context)
  return copy
}

function reason(error: Error): string {
  return error.cause instanceof Error ? reason(error.cause) : error.message
}
