import type { Socket } from 'node:net'
import { Writer } from './platformatic.js'
import { giveBack, takeMemory } from './request-memory.js'

/** The API key of Produce: the only requests that are large. */
const produce = 0
const tokenBytes = 4

/**
 * Sends Produce requests from reused memory. The library copies each request into new memory; here it gets a token in place of the body,
 * which is put back when the request is written to the socket.
 */
export class ReusedRequests {
  readonly #bodies = new Map<number, { readonly memory: Buffer; readonly length: number }>()
  #last = 0
  #attached: Socket | null = null

  /** What the library should send for this payload, whose bytes are copied. */
  replace(apiKey: number, payload: Writer): Writer {
    const { length } = payload
    if (apiKey !== produce) return payload
    const memory = takeMemory(length)
    let at = 0
    for (const part of payload.buffers) {
      memory.set(part, at)
      at += part.length
    }
    this.#last = (this.#last + 1) | 0
    this.#bodies.set(this.#last, { memory, length })
    const token = Writer.create().appendInt32(this.#last)
    Object.assign(token.context, payload.context)
    return token
  }

  /** Makes the socket write bodies where the library writes their tokens. */
  attach(socket: Socket): void {
    if (socket === this.#attached) return
    this.#attached = socket
    const write = socket.write.bind(socket) as (bytes: Uint8Array, done?: () => void) => boolean
    socket.write = (bytes: Buffer, ...rest: []) => {
      const body = this.#bodyOf(bytes)
      if (body === undefined) return write(bytes, ...rest)
      const { memory, length } = body
      const header = bytes.subarray(0, bytes.length - tokenBytes)
      header.writeInt32BE(header.length - 4 + length)
      socket.cork()
      write(header)
      const canWrite = write(memory.subarray(0, length), () => giveBack(memory))
      socket.uncork()
      return canWrite
    }
  }

  #bodyOf(bytes: Buffer): { readonly memory: Buffer; readonly length: number } | undefined {
    // Length, API key, …, token.
    if (this.#bodies.size === 0 || bytes.length < 6 + tokenBytes || bytes.readInt16BE(4) !== produce) return undefined
    const token = bytes.readInt32BE(bytes.length - tokenBytes)
    const body = this.#bodies.get(token)
    this.#bodies.delete(token)
    return body
  }
}
