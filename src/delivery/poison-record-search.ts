import type { ErrorCode } from '../errors.js'

/** Errors that are a record's own fault: the same record fails again however often it is sent. */
export const ownFault: ReadonlySet<ErrorCode> = new Set(['RECORD_TOO_LARGE', 'KAFKA_REJECTED'])

/**
 * Finds a record that cannot be delivered, by halving the positions in doubt and committing each half by itself, so that
 * no other record is given up with it. For the error policy `skip`.
 */
export class PoisonRecordSearch {
  readonly #stride: number
  /** The end of the positions in doubt; they begin at the checkpoint. */
  #end = 0
  /** Where the transaction has to end that is tried now. */
  #limit = Infinity
  #failed = false

  constructor(stride: number) {
    this.#stride = stride
  }

  /** A transaction failed that had been written up to `end`. True: the search goes on with it. */
  suspects(code: ErrorCode, end: number): boolean {
    if (!ownFault.has(code)) return false
    this.#end = end
    this.#failed = true
    return true
  }

  /**
   * The sink is open again at `position`. True: the record at this position has failed all by itself and has to be left
   * out. Call `narrow` next, with the position to go on from.
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

  /** No transaction may hold positions from here on. */
  get limit(): number {
    return this.#limit
  }
}
