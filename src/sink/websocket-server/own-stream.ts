import { closeCode } from '../websocket/control.js'
import type { ClientRequest } from './client-request.js'
import type { Member } from './member.js'
import type { PooledStream } from './stream-pool.js'
import type { Timed } from './timer-wheel.js'

/** After a stall, this much time is caught up; anything older is skipped. */
const debtMs = 1_000

/**
 * One client's own stream: its batches on a time grid, from its position on. A batch due while the client is
 * too slow is not generated; its positions are skipped.
 */
export class OwnStream implements Timed {
  due: number
  readonly stream: PooledStream
  readonly #member: Member
  readonly #request: ClientRequest
  readonly #intervalMs: number
  readonly #end: number
  #position: number
  /** Time of the first batch, and number of batches due since. */
  #origin: number
  #batches = 0

  constructor(member: Member, request: ClientRequest, stream: PooledStream, now: number) {
    this.stream = stream
    this.#member = member
    this.#request = request
    this.#intervalMs = (request.batchSize * 1000) / request.rate
    this.#position = request.position
    this.#end = request.maxRecords === null ? Number.MAX_SAFE_INTEGER : request.position + request.maxRecords
    this.#origin = now
    this.due = now
    member.begin(stream.header(request.format))
  }

  fire(now: number): boolean {
    const forgone = now - this.due - debtMs
    if (forgone > 0) {
      this.#origin += forgone
      this.due += forgone
    }
    while (this.due <= now) {
      this.#batch()
      if (this.#position >= this.#end) this.#member.close(closeCode.normal, 'complete')
      if (!this.#member.isOpen) return false
      this.#batches++
      this.due = this.#origin + this.#batches * this.#intervalMs
    }
    return true
  }

  #batch(): void {
    const run = {
      start: this.#position,
      stride: 1,
      length: Math.min(this.#request.batchSize, this.#end - this.#position),
    }
    this.#position += run.length
    if (this.#member.isFull) this.#member.miss(run)
    else this.#member.send(this.stream.frames(this.#request.format, run), run)
  }
}
