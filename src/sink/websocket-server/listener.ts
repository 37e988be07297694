import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData } from 'ws'
import { GenesisError } from '../../errors.js'
import { closeCode } from '../websocket/control.js'
import { Member, type SlowPolicy } from './member.js'
import { isAllowedOrigin } from './origins.js'
import { ServerAddress } from './server-address.js'

export interface ListenerOptions extends SlowPolicy {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly path: string
  readonly maxClients: number
  /** Maximum size of a client's message. */
  readonly maxMessageBytes: number
  /** Page origins allowed to connect, in addition to this machine's; `*` allows all. */
  readonly allowedOrigins: readonly string[]
}

/** Notified of what clients do. */
export interface Host {
  joined(member: Member, query: URLSearchParams): void
  message(member: Member, text: string): void
  left(member: Member): void
}

/** A client that has not answered a ping by the next one is gone. */
const pingMs = 30_000

/** An HTTP server that accepts WebSocket connections on one path, and enforces its limits before a client costs anything. */
export class WebSocketListener {
  readonly members = new Set<Member>()
  readonly #options: ListenerOptions
  readonly #host: Host
  readonly #http: Server
  readonly #upgrades: WebSocketServer
  #pings: NodeJS.Timeout | null = null
  #lastId = 0
  #droppedByGone = 0

  constructor(options: ListenerOptions, host: Host) {
    this.#options = options
    this.#host = host
    this.#upgrades = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
    })
    this.#http = createServer((_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' }).end('WebSocket only\n')
    })
    this.#http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      this.#upgrade(request, stream, head)
    })
  }

  /** Throws SINK_FAILED if the server cannot listen on the address. */
  async listen(): Promise<ServerAddress> {
    const { host, port, path, maxClients } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (cause: NodeJS.ErrnoException) => {
        reject(
          new GenesisError('SINK_FAILED', 'the WebSocket server cannot listen', {
            place: `${host}:${port}`,
            found: cause.code ?? cause.message,
            expected: 'a free port on an address of this machine',
            cause,
          }),
        )
      })
      // They may all connect at once, e.g. after a restart.
      this.#http.listen({ port, host, backlog: Math.max(511, maxClients) }, resolve)
    })
    this.#pings = setInterval(() => this.#ping(), pingMs).unref()
    return new ServerAddress(host, (this.#http.address() as AddressInfo).port, path)
  }

  /** Total positions missed by clients, including disconnected ones. */
  get dropped(): number {
    let sum = this.#droppedByGone
    for (const member of this.members) sum += member.dropped
    return sum
  }

  /** Says goodbye to every client and frees the port. */
  async close(): Promise<void> {
    if (this.#pings !== null) clearInterval(this.#pings)
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    for (const member of this.members) member.close(closeCode.goingAway, 'the server is closing')
    this.#http.closeIdleConnections()
    const all = Promise.all([...this.members].map(({ socket }) => new Promise((gone) => socket.once('close', gone))))
    await all
    this.#http.closeAllConnections()
    await closed
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy())
    const { path, maxClients, allowedOrigins } = this.#options
    const target = request.url ?? '/'
    const [pathname, query = ''] = split(target, '?')
    if (pathname !== path) return refuse(stream, 404, `no such path; expected ${path}`)
    if (!isAllowedOrigin(request.headers.origin, allowedOrigins)) {
      return refuse(stream, 403, 'this origin is not allowed')
    }
    if (this.members.size >= maxClients) return refuse(stream, 503, `the limit of ${maxClients} clients is reached`)
    this.#upgrades.handleUpgrade(request, stream, head, (socket) => {
      const { remoteAddress, remotePort } = request.socket
      const member = new Member(++this.#lastId, socket, stream, `${remoteAddress}:${remotePort}`, this.#options)
      this.members.add(member)
      socket.on('pong', () => (member.isAlive = true))
      // The library has sent the close frame for the error; `close` follows.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.members.delete(member)
        this.#droppedByGone += member.dropped
        this.#host.left(member)
      })
      socket.on('message', (data: RawData, isBinary: boolean) => {
        if (isBinary) member.close(closeCode.policyViolation, 'binary messages are not supported')
        else this.#host.message(member, (data as Buffer).toString())
      })
      this.#host.joined(member, new URLSearchParams(query))
    })
  }

  #ping(): void {
    for (const member of this.members) {
      if (!member.isAlive) member.socket.terminate()
      else if (member.isOpen) {
        member.isAlive = false
        member.socket.ping()
      }
    }
  }
}

function split(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function refuse(stream: Duplex, status: number, line: string): void {
  const body = `${line}\n`
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: text/plain\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
