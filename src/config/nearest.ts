/** Number of characters of a candidate that are compared. */
const comparedLength = 64

/**
 * The candidate most likely meant: smallest Damerau–Levenshtein distance (insertions, deletions, substitutions and
 * transpositions; the optimal string alignment variant), ignoring case, spaces and `-`/`_`. Undefined if none is near: more
 * than a third of the letters would have to change.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word)
  let best: string | undefined
  let least = Infinity
  for (const candidate of candidates) {
    const other = fold(candidate)
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3))
    if (Math.abs(wanted.length - other.length) > limit) continue
    const d = distance(wanted, other)
    if (d <= limit && d < least) {
      best = candidate
      least = d
    }
  }
  return best
}

/** The candidates, most similar first: those that contain the word or are part of it, then by edit distance. */
export function closest(word: string, candidates: readonly string[]): string[] {
  const wanted = fold(word.slice(0, comparedLength))
  const rank = (candidate: string): number => {
    const other = fold(candidate.slice(0, comparedLength))
    const isPart = other !== '' && wanted !== '' && (other.includes(wanted) || wanted.includes(other))
    return distance(wanted, other) - (isPart ? comparedLength : 0)
  }
  const ranked = candidates.map((candidate) => ({ candidate, rank: rank(candidate) }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ candidate }) => candidate)
}

/** The edit distance: letters changed, added, dropped or swapped with a neighbour. */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1)
      }
    }
    beforeLast = last
    last = row
  }
  return last[b.length]
}

/** A name without the differences in spelling that are most common. */
export function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '')
}
