import type { Formula } from '../../model/expression/formula.js'
import type { LearnedColumn } from '../columns/plan.js'

/** With fewer values, or fewer rows that would be equal by chance, being different proves nothing. */
const minValues = 5
const evidence = 20
/** Share of the values of one column that the other must have too. */
const minCommon = 0.5

/** Two columns of the same values that are equal in no row, such as origin and destination, or home and away team. */
export interface UnequalPair {
  readonly columns: readonly [string, string]
  /** The condition that no record satisfies. */
  readonly forbidden: Formula
}

/** `isListed`: the combinations of two columns are listed, so that no other is generated. */
export function unequalPairs(
  learned: readonly LearnedColumn[],
  isListed: (a: string, b: string) => boolean,
): UnequalPair[] {
  const texts = learned.filter(
    ({ hidden, learned: { kind, type, held } }) =>
      !hidden && kind === 'category' && type.kind === 'string' && held.length >= minValues,
  )
  return texts.flatMap((a, i) =>
    texts
      .slice(i + 1)
      .filter((b) => !isListed(a.name, b.name) && differs(a, b))
      .map((b): UnequalPair => ({
        columns: [a.name, b.name],
        forbidden: { op: '=', of: [{ column: a.name }, { column: b.name }] },
      })),
  )
}

function differs(a: LearnedColumn, b: LearnedColumn): boolean {
  const rows = a.raw.codes.length
  const shares = new Map(a.learned.held.map((value, code) => [value, a.raw.counts[code] / rows]))
  shares.delete(null)
  let common = 0
  let expected = 0
  b.learned.held.forEach((value, code) => {
    const share = value === null ? undefined : shares.get(value)
    if (share === undefined) return
    common++
    expected += share * b.raw.counts[code]
  })
  if (common < minValues || expected < evidence) return false
  if (common < minCommon * Math.max(a.learned.held.length, b.learned.held.length)) return false
  for (let row = 0; row < rows; row++)
    if (
      a.learned.held[a.raw.codes[row]] === b.learned.held[b.raw.codes[row]] &&
      a.learned.held[a.raw.codes[row]] !== null
    )
      return false
  return true
}
