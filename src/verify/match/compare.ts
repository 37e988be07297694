import { explain, positionsOf } from './explain.js'
import type { Explanation } from './explain.js'
import { Matcher } from './matcher.js'
import type { MatcherOptions } from './matcher.js'
import type { Amend, ExpectedShard, FoundBatch, FoundPartition } from './expected-and-found.js'

export interface CompareOptions extends Partial<MatcherOptions> {
  /** Wrong records listed per kind; default 5. */
  readonly shown?: number
  /** How far beyond a checkpoint records are recognised as such; default 65,536 positions of the shard. */
  readonly beyond?: number
  /** Misplaced records that make a search for them worthwhile; default 65,536. */
  readonly patience?: number
  readonly signal?: AbortSignal
  /** Called with the number of records found so far; then, if they must be explained, with the progress of that. */
  readonly onProgress?: (progress: CompareProgress) => void
}

export type CompareProgress =
  | { readonly step: 'compare'; readonly found: number }
  | { readonly step: 'explain'; readonly made: number; readonly of: number }

export interface ComparisonResult extends Explanation {
  /** Records below the checkpoints. */
  readonly expected: number
  readonly found: number
  readonly matched: number
  /** Expected records that the topic's retention has removed. */
  readonly expired: number
}

/** Records waiting in one table, over all shards. */
const wholeWindow = 1 << 22

/** Compares expected and found records. Shard s has index s, partition q index q. */
export async function compare(
  shards: readonly ExpectedShard[],
  partitions: readonly FoundPartition[],
  options: CompareOptions = {},
): Promise<ComparisonResult> {
  const cut = Uint8Array.from(partitions, ({ start }) => (start > 0 ? 1 : 0))
  const starts = partitions.map(({ start }) => start)
  const matcher = new Matcher(shards, starts, {
    window: Math.max(1 << 13, Math.min(1 << 20, Math.floor(wholeWindow / shards.length))),
    strangers: 1 << 20,
    timestamps: false,
    ...options,
  })
  await readAll(partitions, matcher, options)
  matcher.finish()
  const expected = shards.reduce((sum, shard) => sum + positionsOf(shard, shard.sure), 0)
  const { found, matched, strangers } = matcher
  const { expired } = matcher.beginnings
  const isComplete = matched.count - matched.unsure + expired === expected
  const clean = isComplete && strangers.size === 0 && matched.suspicions.size === 0
  const explanation = clean
    ? { counts: { missing: 0, doubled: 0, altered: 0, foreign: 0, uncovered: 0, out_of_order: 0 }, first: [] }
    : await explain(shards, partitions.length, cut, matcher, {
        shown: options.shown ?? 5,
        beyond: options.beyond ?? 1 << 16,
        signal: options.signal,
        onProgress: (made, of) => options.onProgress?.({ step: 'explain', made, of }),
      })
  return { expected, found, matched: matched.count, expired, ...explanation }
}

interface Reader {
  readonly partition: number
  readonly batches: AsyncIterator<FoundBatch, void>
  readonly amend?: Amend
}

/** Reads the partitions to their ends, keeping any from getting ahead of the others by more than the window if possible. */
async function readAll(
  partitions: readonly FoundPartition[],
  matcher: Matcher,
  { signal, onProgress, patience = 1 << 16 }: CompareOptions,
): Promise<void> {
  let open: Reader[] = [...partitions]
  try {
    while (open.length > 0) {
      for (const reader of turn(open, matcher, patience)) {
        const batch = await reader.batches.next()
        signal?.throwIfAborted()
        if (batch.done === true) open = open.filter((other) => other !== reader)
        else matcher.take(reader.partition, batch.value, reader.amend)
        onProgress?.({ step: 'compare', found: matcher.found })
      }
    }
  } finally {
    for (const { batches } of open) await batches.return?.()
  }
}

/**
 * The partitions to read next: all that do not seem to be ahead of the stream. If all do, the one
 * least ahead; and if even that one has many strangers, the stream has continued elsewhere and is searched for them.
 */
function turn(open: readonly Reader[], matcher: Matcher, patience: number): readonly Reader[] {
  const { fresh } = matcher.strangers
  const isReady = ({ partition }: Reader): boolean => fresh[partition] === 0
  if (open.every(isReady)) return open
  matcher.advance()
  const ready = open.filter(isReady)
  if (ready.length > 0) return ready
  // One that may begin anywhere says nothing about the others.
  const moored = open.filter(({ partition }) => !matcher.beginnings.isAdrift(partition))
  const candidates = moored.length > 0 ? moored : open
  const least = candidates.reduce((a, b) => (fresh[b.partition] < fresh[a.partition] ? b : a))
  if (fresh[least.partition] >= patience / candidates.length) {
    matcher.search()
    fresh.fill(0)
  }
  return [least]
}
