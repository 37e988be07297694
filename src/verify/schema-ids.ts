/**
 * Values whose schema id is not the one that the registry returns now. An emptied registry assigns other ids: the records are
 * still those of the stream, but looking up the earlier id finds another schema, or none.
 */
import type { Registry } from '../encode/registry.js'
import { wirePrefixBytes } from '../encode/wire-format.js'
import type { FoundBatch, FoundPartition } from './match/expected-and-found.js'

/** Records with an earlier id of the schema, and what the registry has under it now. */
export interface OtherId {
  readonly id: number
  readonly records: number
  /** Null: the registry does not say. */
  readonly standsFor: 'the same schema' | 'another schema' | 'no schema' | null
}

/** Those that readers cannot rely on: they stand for another schema, for none, or the registry does not say. */
export function lostIds(ids: readonly OtherId[]): readonly OtherId[] {
  return ids.filter(({ standsFor }) => standsFor !== 'the same schema')
}

/** A partition whose values all have `id`; `counts`: how many had which other one. */
export function foundWithId(id: number, counts: Map<number, number>, partition: FoundPartition): FoundPartition {
  return { ...partition, amend: (batch) => toOneId(id, counts, batch) }
}

/** What the other ids stand for now. */
export async function resolveIds(
  id: number,
  counts: ReadonlyMap<number, number>,
  registry: Pick<Registry, 'contentOf'>,
): Promise<OtherId[]> {
  if (counts.size === 0) return []
  const contentOf = (one: number): Promise<string | null | undefined> => registry.contentOf(one).catch(() => undefined)
  const own = await contentOf(id)
  const others: OtherId[] = []
  for (const [other, records] of [...counts].sort(([a], [b]) => a - b)) {
    const content = await contentOf(other)
    const standsFor =
      content === null
        ? 'no schema'
        : content === undefined || own === undefined
          ? null
          : content === own
            ? 'the same schema'
            : 'another schema'
    others.push({ id: other, records, standsFor })
  }
  return others
}

function toOneId(id: number, counts: Map<number, number>, { bytes, valueStart: at, valueLength }: FoundBatch): void {
  if (valueLength < wirePrefixBytes || bytes[at] !== 0) return
  const found = (bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]
  if (found === id) return
  counts.set(found, (counts.get(found) ?? 0) + 1)
  // The bytes are read only once, so they can be overwritten.
  for (let i = 0; i < 4; i++) bytes[at + 1 + i] = (id >>> (24 - 8 * i)) & 0xff
}
