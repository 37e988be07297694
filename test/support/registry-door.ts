/** A TCP proxy in front of the registry, whose door can be shut: whoever knocks then is turned away. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export class RegistryDoor {
  /** The registry's address, through the door. */
  readonly url: string
  readonly #server
  readonly #sockets = new Set<Socket>()
  #open = true
  #knocks: (() => void)[] = []

  private constructor(server: ReturnType<typeof createServer>, url: string) {
    this.#server = server
    this.url = url
  }

  static async before(registry: string): Promise<RegistryDoor> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const target = new URL(registry)
    const url = new URL(registry)
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const door = new RegistryDoor(server, url.href)
    server.on('connection', (socket) => door.#enter(socket, target))
    return door
  }

  open(): void {
    this.#open = true
  }

  /** From now on every connection is cut, those that are open too. */
  shut(): void {
    this.#open = false
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Resolves when somebody is turned away. */
  knocked(): Promise<void> {
    return new Promise((resolve) => this.#knocks.push(resolve))
  }

  close(): void {
    this.shut()
    this.#server.close()
  }

  #enter(socket: Socket, { hostname, port }: URL): void {
    if (!this.#open) {
      socket.destroy()
      for (const knocked of this.#knocks.splice(0)) knocked()
      return
    }
    const inner = connect(Number(port), hostname)
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ]) {
      this.#sockets.add(one)
      one.on('error', () => {})
      one.once('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
}
