import type { Amend, FoundBatch, FoundPartition } from './match/expected-and-found.js'

/** The partition with each batch as `seen` makes it. Its records are amended first. */
export function eachBatch(
  { partition, start, batches, amend }: FoundPartition,
  seen: (batch: FoundBatch) => FoundBatch,
): FoundPartition {
  const amended = (batch: FoundBatch): FoundBatch => seen(amend === undefined ? batch : new AmendedBatch(batch, amend))
  return { partition, start, batches: batchesAs(batches, amended) }
}

async function* batchesAs(
  batches: AsyncIterator<FoundBatch, void>,
  seen: (batch: FoundBatch) => FoundBatch,
): AsyncGenerator<FoundBatch, void> {
  try {
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) yield seen(next.value)
  } finally {
    await batches.return?.()
  }
}

class AmendedBatch implements FoundBatch {
  readonly #batch: FoundBatch
  readonly #amend: Amend

  constructor(batch: FoundBatch, amend: Amend) {
    this.#batch = batch
    this.#amend = amend
  }

  get bytes(): Uint8Array {
    return this.#batch.bytes
  }

  get offset(): number {
    return this.#batch.offset
  }

  get keyStart(): number {
    return this.#batch.keyStart
  }

  get keyLength(): number {
    return this.#batch.keyLength
  }

  get valueStart(): number {
    return this.#batch.valueStart
  }

  get valueLength(): number {
    return this.#batch.valueLength
  }

  get timestamp(): number | undefined {
    return this.#batch.timestamp
  }

  headers(): [name: string, value: Buffer | null][] {
    return this.#batch.headers?.() ?? []
  }

  next(): boolean {
    if (!this.#batch.next()) return false
    this.#amend(this.#batch)
    return true
  }
}
