import { WebSocket, type RawData } from 'ws'
import { GenesisError } from '../../errors.js'

export interface ConnectionOptions {
  /** ws:// or wss://. User name, password and query may hold secrets: messages never show them. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Covers the TCP connection and the handshake. */
  readonly connectTimeoutMs: number
  /** Maximum bytes waiting to be sent. */
  readonly bufferBytes: number
}

/** Close codes after which the same records would be refused again. */
const final: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010])

const pingMs = 30_000

/** Maximum size of a server's message: its answers are short. */
const maxAnswerBytes = 65_536

/** One connection to a server; never reconnects. */
export class WebSocketConnection {
  readonly #socket: WebSocket
  readonly #place: string
  readonly #bufferBytes: number
  /** The server's last message: a later answer covers the earlier ones, so nothing piles up. */
  #answer: string | null = null
  /** Whether anything was sent or received since the last ping. */
  #moved = true
  #failure: GenesisError | null = null
  /** Woken by anything worth waiting for: bytes sent, an answer, the end. */
  #wake: (() => void)[] = []

  private constructor(socket: WebSocket, place: string, bufferBytes: number) {
    this.#socket = socket
    this.#place = place
    this.#bufferBytes = bufferBytes
    socket.on('message', (data: RawData) => {
      this.#answer = (data as Buffer).toString()
      this.#changed()
    })
    socket.on('pong', () => (this.#moved = true))
    const pings = setInterval(() => this.#ping(), pingMs).unref()
    socket.once('close', () => clearInterval(pings))
    socket.on('error', (cause) => this.#fail(cause.message, 'WEBSOCKET_UNREACHABLE', cause))
    socket.on('close', (code, reason) => {
      const told = reason.length === 0 ? `close code ${code}` : `close code ${code}: ${reason.toString()}`
      this.#fail(told, final.has(code) ? 'WEBSOCKET_REFUSED' : 'WEBSOCKET_UNREACHABLE')
    })
  }

  /** Throws WEBSOCKET_UNREACHABLE, or WEBSOCKET_REFUSED if the server answers but rejects this client. */
  static connect({ url, headers, connectTimeoutMs, bufferBytes }: ConnectionOptions): Promise<WebSocketConnection> {
    const place = shownUrl(url)
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        headers: { ...headers },
        handshakeTimeout: connectTimeoutMs,
        maxPayload: maxAnswerBytes,
        perMessageDeflate: false,
      })
      const failed = (found: string, isRefusal: boolean, cause?: Error): void => {
        const code = isRefusal ? 'WEBSOCKET_REFUSED' : 'WEBSOCKET_UNREACHABLE'
        const what = isRefusal ? 'the WebSocket server refuses the connection' : 'the WebSocket server does not answer'
        reject(new GenesisError(code, what, { place, found, cause }))
      }
      socket.on('error', (cause: NodeJS.ErrnoException) => failed(cause.code ?? cause.message, false, cause))
      socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
        // 408 and 429 ask to retry; so do server errors.
        failed(`HTTP status ${statusCode}`, statusCode < 500 && statusCode !== 408 && statusCode !== 429)
        socket.terminate()
      })
      // Set at once, before any message can arrive.
      const connection = new WebSocketConnection(socket, place, bufferBytes)
      socket.once('open', () => resolve(connection))
    })
  }

  get isOpen(): boolean {
    return this.#failure === null && this.#socket.readyState === WebSocket.OPEN
  }

  /** Resolves when the connection can take more; the messages' buffers must stay unchanged until `flushed`. */
  async send(messages: readonly Buffer[], isBinary: boolean): Promise<void> {
    for (const message of messages) {
      this.#check()
      this.#socket.send(message, { binary: isBinary }, () => this.#changed())
      await this.#until(() => this.#socket.bufferedAmount <= this.#bufferBytes)
    }
  }

  /** Resolves when everything sent has been handed to the operating system. */
  flushed(): Promise<void> {
    return this.#until(() => this.#socket.bufferedAmount === 0)
  }

  /** The server's next message. Throws WEBSOCKET_TIMEOUT if none arrives in time. */
  async answer(timeoutMs: number): Promise<string> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#changed()
    }, timeoutMs)
    try {
      await this.#until(() => isLate || this.#answer !== null)
    } finally {
      clearTimeout(timer)
    }
    const answer = this.#answer
    this.#answer = null
    if (answer !== null) return answer
    throw new GenesisError('WEBSOCKET_TIMEOUT', 'the WebSocket server did not acknowledge in time', {
      place: this.#place,
      found: `no answer within ${timeoutMs} ms`,
      expected: '{"position": …} after each commit',
    })
  }

  /** Pending data is sent first, for up to `withinMs`. Never rejects. */
  async close(withinMs = 2_000): Promise<void> {
    const { readyState } = this.#socket
    if (readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    const timer = setTimeout(() => this.#socket.terminate(), withinMs)
    this.#socket.close(1000)
    await closed
    clearTimeout(timer)
  }

  /** Ends it at once, whatever is pending. */
  abandon(): void {
    this.#socket.terminate()
  }

  async #until(condition: () => boolean): Promise<void> {
    this.#check()
    while (!condition()) {
      await new Promise<void>((resolve) => this.#wake.push(resolve))
      this.#check()
    }
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** A server that neither reads nor answers is gone, even if its network is up. */
  #ping(): void {
    if (!this.#moved) {
      this.#fail(`no sign of life for ${pingMs / 1000} s`, 'WEBSOCKET_UNREACHABLE')
      this.#socket.terminate()
    } else if (this.isOpen) {
      this.#moved = false
      this.#socket.ping()
    }
  }

  #changed(): void {
    this.#moved = true
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }

  #fail(found: string, code: 'WEBSOCKET_UNREACHABLE' | 'WEBSOCKET_REFUSED', cause?: Error): void {
    this.#failure ??= new GenesisError(code, 'the WebSocket connection is closed', { place: this.#place, found, cause })
    this.#changed()
  }
}

/** An address without the parts that may be secret. */
function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
