import type { Socket } from 'node:net'
import { loanOf, type Loan } from './lent-memory.js'
import { Writer } from './platformatic.js'
import { giveBack, takeMemory } from './request-memory.js'

/** The API key of Produce: the only requests that are large. */
const produce = 0
const tokenBytes = 4

interface Body {
  readonly length: number
  /** What it consists of: memory that was lent, and parts of `memory`. */
  readonly parts: readonly Uint8Array[]
  readonly loans: readonly Loan[]
  readonly memory: Buffer
}

/**
 * Sends Produce requests from reused memory, or from where their batches are if that was lent. The library copies each request into new
 * memory; here it gets a token in place of the body, which is put back when the request is written to the socket.
 */
export class ReusedRequests {
  readonly #bodies = new Map<number, Body>()
  #last = 0
  #attached: Socket | null = null
  #ended = false

  /** What the library should send for this payload. Its bytes may change once this returns, except for lent ones. */
  replace(apiKey: number, payload: Writer): Writer {
    // The library refuses a request on a connection that has ended: no socket would take its memory and set it free.
    if (apiKey !== produce || this.#ended) return payload
    this.#last = (this.#last + 1) | 0
    this.#bodies.set(this.#last, bodyOf(payload))
    const token = Writer.create().appendInt32(this.#last)
    Object.assign(token.context, payload.context)
    return token
  }

  /** Makes the socket write bodies where the library writes their tokens. */
  attach(socket: Socket): void {
    if (socket === this.#attached) return
    this.#attached = socket
    this.#ended = false
    const write = socket.write.bind(socket) as (bytes: Uint8Array, done?: () => void) => boolean
    socket.write = (bytes: Buffer, ...rest: []) => {
      const body = this.#bodyOf(bytes)
      if (body === undefined) return write(bytes, ...rest)
      const header = bytes.subarray(0, bytes.length - tokenBytes)
      header.writeInt32BE(header.length - 4 + body.length)
      socket.cork()
      write(header)
      let canWrite = true
      body.parts.forEach((part, i) => {
        canWrite = i < body.parts.length - 1 ? write(part) : write(part, () => end(body))
      })
      socket.uncork()
      return canWrite
    }
  }

  /** The connection has ended: what was not written is not needed any more. */
  drop(): void {
    this.#ended = true
    this.#bodies.forEach(end)
    this.#bodies.clear()
  }

  #bodyOf(bytes: Buffer): Body | undefined {
    // Length, API key, …, token.
    if (this.#bodies.size === 0 || bytes.length < 6 + tokenBytes || bytes.readInt16BE(4) !== produce) return undefined
    const token = bytes.readInt32BE(bytes.length - tokenBytes)
    const body = this.#bodies.get(token)
    this.#bodies.delete(token)
    return body
  }
}

function bodyOf({ length, buffers }: Writer): Body {
  const parts: Uint8Array[] = []
  const loans: Loan[] = []
  const copied = buffers.reduce((sum, part) => (loanOf(part) === undefined ? sum + part.length : sum), 0)
  const memory = takeMemory(copied)
  let start = 0
  let at = 0
  const endPart = (): void => {
    if (at > start) parts.push(memory.subarray(start, at))
    start = at
  }
  for (const part of buffers) {
    const loan = loanOf(part)
    if (loan === undefined) {
      memory.set(part, at)
      at += part.length
      continue
    }
    endPart()
    loan.begin()
    loans.push(loan)
    parts.push(part)
  }
  endPart()
  return { length, parts, loans, memory }
}

function end({ memory, loans }: Body): void {
  giveBack(memory)
  for (const loan of loans) loan.end()
}
