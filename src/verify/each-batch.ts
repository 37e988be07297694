import type { FoundBatch, FoundPartition } from './match/expected-and-found.js'

/** The partition with each batch as `seen` makes it. */
export function eachBatch(
  { partition, start, batches }: FoundPartition,
  seen: (batch: FoundBatch) => FoundBatch,
): FoundPartition {
  return { partition, start, batches: batchesAs(batches, seen) }
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
