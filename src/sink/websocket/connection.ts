import { WebSocket, type RawData } from 'ws'
import { GenesisError } from '../../errors.js'

export interface ConnectionOptions {
  /** ws:// or wss://. User name, password and query may hold secrets: messages never show them. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** For the TCP connection and the handshake. */
  readonly connectTimeoutMs: number
  /** More than so much never waits to be sent. */
  readonly bufferBytes: number
}

/** Close codes after which the same records would be refused again. */
const final: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010])

const pingMs = 30_000

/** The largest message that a server may send: its answers are short. */
const maxAnswerBytes = 65_536

/** One connection to a server, for its life; it does not connect again. */
export class WebSocketConnection {
  readonly #socket: WebSocket
  readonly #place: string
  readonly #bufferBytes: number
  /** The server's last message: a later answer holds for the earlier ones too, and nothing piles up. */
  #answer: string | null = null
  /** Whether anything has gone or come since the last ping. */
  #moved = true
  #failure: GenesisError | null = null
  /** Woken by whatever somebody may wait for: bytes gone, an answer, the end. */
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

  /** Throws WEBSOCKET_UNREACHABLE, or WEBSOCKET_REFUSED where the server answers but does not want this client. */
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
        // 408 and 429 ask to come again; so do a server's own troubles.
        failed(`HTTP status ${statusCode}`, statusCode < 500 && statusCode !== 408 && statusCode !== 429)
        socket.terminate()
      })
      // At once, before any message can come.
      const connection = new WebSocketConnection(socket, place, bufferBytes)
      socket.once('open', () => resolve(connection))
    })
  }

  get isOpen(): boolean {
    return this.#failure === null && this.#socket.readyState === WebSocket.OPEN
  }

  /** Resolves when the connection can take more; the messages' buffers have to stay as they are until `flushed`. */
  async send(messages: readonly Buffer[], isBinary: boolean): Promise<void> {
    for (const message of messages) {
      this.#check()
      this.#socket.send(message, { binary: isBinary }, () => this.#changed())
      await this.#until(() => this.#socket.bufferedAmount <= this.#bufferBytes)
    }
  }

  /** Resolves when the operating system has everything that was sent. */
  flushed(): Promise<void> {
    return this.#until(() => this.#socket.bufferedAmount === 0)
  }

  /** The server's next message. Throws WEBSOCKET_TIMEOUT where none comes in time. */
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
      found: `nothing in ${timeoutMs} ms`,
      expected: '{"position": …} after each commit',
    })
  }

  /** What was sent goes out first, for up to `withinMs`. Never rejects. */
  async close(withinMs = 2_000): Promise<void> {
    const { readyState } = this.#socket
    if (readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    const timer = setTimeout(() => this.#socket.terminate(), withinMs)
    this.#socket.close(1000)
    await closed
    clearTimeout(timer)
  }

  /** Ends it at once, whatever waits to be sent. */
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

  /** A server that neither reads nor answers is gone, whatever its machine's network says. */
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

/** An address without what may be secret in it. */
function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
