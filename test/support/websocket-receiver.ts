/** A WebSocket server that keeps what it is sent, with the acknowledged mode's checkpoints: the receiver of docs/websocket.md. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { WebSocketServer, type WebSocket } from 'ws'

export class Receiver {
  readonly url: string
  /** Committed messages of all streams, in order. */
  readonly committed: Buffer[] = []
  /** Every message that came, committed or not, with its opcode's kind. */
  readonly received: { readonly data: Buffer; readonly isBinary: boolean }[] = []
  /** What it answers to a commit; by default, the commit's content. */
  answer: (commit: { position: number }) => string | null = (commit) => JSON.stringify(commit)
  /** Told of every connection. */
  connected: (socket: WebSocket) => void = () => undefined
  readonly #checkpoints = new Map<string, object>()
  readonly #owners = new Map<string, WebSocket>()
  readonly #waiting: (() => void)[] = []

  constructor(
    readonly server: WebSocketServer,
    port: number,
  ) {
    this.url = `ws://127.0.0.1:${port}`
    server.on('connection', (socket) => this.#serve(socket))
  }

  get connections(): ReadonlySet<WebSocket> {
    return this.server.clients
  }

  /** Resolves when so many messages have come. */
  async messages(count: number): Promise<Buffer[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.received.map(({ data }) => data)
  }

  #serve(socket: WebSocket): void {
    let stream = ''
    let pending: Buffer[] = []
    this.connected(socket)
    socket.on('message', (data: Buffer, isBinary) => {
      const isControl = !isBinary && data[0] === '['.charCodeAt(0)
      if (!isControl) {
        pending.push(data)
        this.received.push({ data, isBinary })
        for (const wake of this.#waiting.splice(0)) wake()
        return
      }
      const [name, content] = JSON.parse(data.toString()) as [string, { position: number }]
      if (name === 'open') {
        const { connector, shard } = content as unknown as { connector: string; shard: number }
        stream = `${connector}/${shard}`
        this.#owners.get(stream)?.close(1008, 'another sender has taken over')
        this.#owners.set(stream, socket)
        socket.send(JSON.stringify(this.#checkpoints.get(stream) ?? { position: null }))
      } else if (this.#owners.get(stream) === socket) {
        this.committed.push(...pending)
        pending = []
        this.#checkpoints.set(stream, content)
        const answer = this.answer(content)
        if (answer !== null) socket.send(answer)
      }
    })
  }
}

/** A receiver on a free port (or a port that it had before), closed after the test. */
export async function startReceiver(t: TestContext, port = 0): Promise<Receiver> {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  t.after(() => stopReceiver(server))
  await once(server, 'listening')
  return new Receiver(server, (server.address() as AddressInfo).port)
}

export async function stopReceiver(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
