import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, TimeoutError } from '@platformatic/kafka'
import type { Callback, ConnectionOptions, ResponseParser, Writer } from '@platformatic/kafka'
import { GenesisError } from '../errors.js'

const saslHandshake = 17
const saslAuthenticate = 36

/** The library renews a session when this part of its life is over. */
const renewedAt = 0.8

/** KIP-368: a broker takes no renewal within a second of the one before. */
const minRenewalMs = 1_050

/**
 * @platformatic/kafka's connection with two things that it lacks. It breaks off when the answer to a request that has timed
 * out arrives after all: `isLate` tells of it before. And it goes on with requests while it renews a SASL session, which
 * brokers answer by closing the connection (KIP-368 allows nothing but SASL requests then): here they wait.
 */
export class WatchedConnection extends Connection {
  /** A request has timed out. */
  isLate = false
  readonly #refresh: () => Promise<unknown>
  #authenticatedAt = 0
  /** Requests that wait for the session to be renewed; null: none have to. */
  #held: Held[] | null = null

  /** `refresh`: gets credentials ready, so that the renewal finds them at hand. */
  constructor(clientId: string, options: ConnectionOptions, refresh: () => Promise<unknown>) {
    super(clientId, options)
    this.#refresh = refresh
    const authenticated = (): void => {
      this.#authenticatedAt = performance.now()
      this.#release()
    }
    this.on('sasl:authentication', authenticated)
    this.on('sasl:authentication:extended', authenticated)
    this.on('error', (error) => this.#refuse(error))
    this.on('close', () => this.#refuse(null))
  }

  /** Called by the library's timer. Requests that are on their way are answered first: a broker takes them in turn. */
  override reauthenticate(): void {
    const livedMs = performance.now() - this.#authenticatedAt
    const remainingMs = livedMs / renewedAt - livedMs
    const refreshed = this.#refresh().catch(() => {
      // The renewal asks once more, and says what is wrong.
    })
    void Promise.race([refreshed, sleep(remainingMs / 2, null, { ref: false })]).then(async () => {
      if (!this.isConnected()) return
      this.#held ??= []
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
    const send = (): void => {
      super.send<Answer>(apiKey, apiVersion, createPayload, parse, requestTags, responseTags, (error, answer) => {
        if (error instanceof TimeoutError) this.isLate = true
        callback(error, answer)
      })
    }
    const isSasl = apiKey === saslHandshake || apiKey === saslAuthenticate
    if (this.#held === null || isSasl) send()
    else this.#held.push({ send, refuse: (error) => callback(error) })
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const { send } of held) send()
  }

  /** A new connection finds out whether the credentials are wrong, or the broker was merely away. */
  #refuse(cause: Error | null): void {
    const held = this.#held ?? []
    this.#held = null
    if (held.length === 0) return
    const error = new GenesisError('KAFKA_RETRIABLE', 'the session with the broker was not renewed', {
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

function reason(error: Error): string {
  return error.cause instanceof Error ? reason(error.cause) : error.message
}
