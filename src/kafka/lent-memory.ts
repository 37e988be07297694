/** Memory that sockets write from, instead of from a copy. */

/** In use while requests that lie in it are on their way to a socket. */
export class Loan {
  #requests = 0

  get isFree(): boolean {
    return this.#requests === 0
  }

  begin(): void {
    this.#requests++
  }

  end(): void {
    this.#requests--
  }
}

/** Smaller batches are not worth lending: many short writes cost more than a copy. */
export const minLentBytes = 1 << 13

const loans = new WeakMap<Uint8Array, Loan>()

/** A request with these very bytes is not copied. Their owner leaves them as they are until the loan is free. */
export function lend(bytes: Uint8Array, loan: Loan): void {
  loans.set(bytes, loan)
}

/** Undefined: their owner may change them at any time. */
export function loanOf(bytes: Uint8Array): Loan | undefined {
  return loans.get(bytes)
}
