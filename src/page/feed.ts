/** Reads the connectors every two seconds while the page is visible. */
import { call, CallError } from './api.js'
import { RateHistory } from './rate-history.js'
import type { Connector } from './shapes.js'
import { callTrouble, groupTrouble, type Trouble } from './trouble.js'

const intervalMs = 2_000

export class Feed {
  /** By name; null: not read yet. */
  connectors: readonly Connector[] | null = null
  trouble: Trouble | null = null
  readonly history = new RateHistory()
  readonly #listeners = new Set<() => void>()
  #timer = 0
  #reading: Promise<void> | null = null

  start(): void {
    document.addEventListener('visibilitychange', () => void this.refresh())
    void this.refresh()
  }

  /** Calls back after each reading. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  find(name: string): Connector | undefined {
    return this.connectors?.find((connector) => connector.name === name)
  }

  /** Reads now, after the reading under way if there is one. */
  async refresh(): Promise<void> {
    await this.#reading
    this.#reading ??= this.#read().finally(() => (this.#reading = null))
    await this.#reading
  }

  async #read(): Promise<void> {
    clearTimeout(this.#timer)
    if (document.hidden) return
    try {
      const { body, asOf } = await call<readonly Connector[]>('GET', 'genesis/connectors')
      const now = Date.now()
      this.connectors = body
      this.history.add(body, now)
      this.trouble = asOf === null ? null : groupTrouble(asOf, now)
    } catch (error) {
      this.trouble =
        error instanceof CallError ? callTrouble(error.status, error.message) : callTrouble(500, String(error))
    }
    this.#timer = setTimeout(() => void this.refresh(), intervalMs)
    for (const listener of this.#listeners) listener()
  }
}
