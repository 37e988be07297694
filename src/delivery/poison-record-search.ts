import type { ErrorCode } from '../errors.js'

/** Errors caused by a record itself: it fails again however often it is sent. */
export const ownFault: ReadonlySet<ErrorCode> = new Set(['RECORD_TOO_LARGE', 'KAFKA_REJECTED'])

/**
 * Finds an undeliverable record by halving the positions in doubt and committing each half separately, so that
 * no other record is skipped with it. For the error policy `skip`.
 */
export class PoisonRecordSearch {
  readonly #stride: number
  /** The end of the positions in doubt; they start at the checkpoint. */
  #end = 0
  /** Where the current transaction must end. */
  #limit = Infinity
  #failed = false

  constructor(stride: number) {
    this.#stride = stride
  }

  /** A transaction written up to `end` failed. True: the search continues with it. */
  suspects(code: ErrorCode, end: number): boolean {
    if (!ownFault.has(code)) return false
    this.#end = end
    this.#failed = true
    return true
  }

  /**
   * The sink is open again at `position`. True: the record at this position failed alone and must be
   * skipped. Call `narrow` next, with the position to continue from.
   */
  found(position: number): boolean {
    const alone = this.#failed && this.#end - position === this.#stride
    this.#failed = false
    return alone
  }

  /** Everything below `position` is delivered: sets the limit of the next transaction. */
  narrow(position: number): void {
    const doubtful = (this.#end - position) / this.#stride
    this.#limit = doubtful > 0 ? position + Math.ceil(doubtful / 2) * this.#stride : Infinity
  }

  /** No transaction may include positions from here on. */
  get limit(): number {
    return this.#limit
  }
}
