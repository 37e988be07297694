/** A WebSocket client that keeps what it gets, for tests. */
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { WebSocket, type ClientOptions } from 'ws'

export class TestClient {
  readonly socket: WebSocket
  readonly messages: { readonly data: Buffer; readonly isBinary: boolean }[] = []
  /** Code and reason, once it is closed. */
  readonly closed: Promise<{ code: number; reason: string }>
  #wake: (() => void)[] = []

  constructor(t: TestContext, url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options })
    t.after(() => this.socket.terminate())
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.messages.push({ data, isBinary })
      for (const wake of this.#wake.splice(0)) wake()
    })
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: (reason as Buffer).toString(),
    }))
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open')
    return this
  }

  /** Resolves to the first so many messages' texts. */
  async texts(count: number): Promise<string[]> {
    await this.until(() => this.messages.length >= count)
    return this.messages.slice(0, count).map(({ data }) => data.toString())
  }

  /** Resolves to the first so many messages, as JSON. */
  async rows(count: number): Promise<unknown[]> {
    return (await this.texts(count)).map((text) => JSON.parse(text) as unknown)
  }

  /** Resolves once a condition on the messages holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }
}

/** The HTTP status that a connection is refused with. */
export async function refusal(url: string, options: ClientOptions = {}): Promise<number> {
  const socket = new WebSocket(url, options)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  socket.on('error', () => undefined)
  socket.terminate()
  return response.statusCode
}
