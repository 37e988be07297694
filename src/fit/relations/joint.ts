import type { LearnedColumn } from '../columns/plan.js'
import { heldCodes } from '../dependencies.js'
import type { NodeColumn } from '../node-column.js'
import type { CodeGroups } from '../smoothing.js'

/** Minimum number of values of each column; with fewer, they fit into the hidden states. */
const minValues = 20
const maxCombinations = 8192
/** Minimum average number of rows per combination. */
const minRowsEach = 3
/** The same if they determine a third column, such as the distance of two airports: then other combinations would be wrong in two ways. */
const fewestRowsEach = 1.5
/** Minimum number of values of that column, and of rows that could contradict it. */
const [decidedValues, decidedRows] = [20, 200]
/** Maximum share of all combinations that occur; above it, the columns combine freely. */
const maxOccurring = 0.5
/** Minimum mutual information of the two columns, in bits. */
const minSharedBits = 1

/**
 * Pairs of columns with many values that combine in few ways, such as cities and states. A hidden column of their combinations determines
 * both, so that no other combination is generated. Each column is in at most one pair; pairs that share the most information come first.
 */
export function jointColumns(nodes: readonly NodeColumn[], freeName: (name: string) => string): LearnedColumn[] {
  const many = nodes.filter(
    ({ column, alphabet }) =>
      !column.hidden &&
      alphabet.exact &&
      alphabet.symbols.length >= minValues &&
      (isText(column) || column.learned.kind === 'integer'),
  )
  let known: DecidedColumn[] | null = null
  const others = (): readonly DecidedColumn[] => (known ??= nodes.flatMap(decidable))
  const found: { a: NodeColumn; b: NodeColumn; pairs: Map<number, number>; bits: number }[] = []
  for (let i = 0; i < many.length; i++) {
    for (let j = i + 1; j < many.length; j++) {
      const [a, b] = [many[i], many[j]]
      if (!isText(a.column) && !isText(b.column)) continue
      const pairs = combinations(a, b)
      if (pairs === null) continue
      if (pairs.size > a.codes.length / minRowsEach && !decideAnother(a, b, pairs, others)) continue
      const bits = shared(a, b, pairs)
      if (bits >= minSharedBits) found.push({ a, b, pairs, bits })
    }
  }
  found.sort((x, y) => y.bits - x.bits)
  const taken = new Set<NodeColumn>()
  return found.flatMap(({ a, b, pairs }) => {
    if (taken.has(a) || taken.has(b)) return []
    taken.add(a).add(b)
    return [joined(a, b, pairs, freeName(`${a.column.name} & ${b.column.name}`))]
  })
}

function isText({ learned: { kind } }: LearnedColumn): boolean {
  return kind === 'category'
}

function keyOf(a: NodeColumn, b: NodeColumn, row: number): number {
  return a.codes[row] * 65_536 + b.codes[row]
}

/** Number of rows by combination; null: there are too many combinations, or the columns determine each other. */
function combinations(a: NodeColumn, b: NodeColumn): Map<number, number> | null {
  const rows = a.codes.length
  const limit = Math.min(
    maxCombinations,
    rows / fewestRowsEach,
    maxOccurring * a.alphabet.symbols.length * b.alphabet.symbols.length,
  )
  const pairs = new Map<number, number>()
  for (let row = 0; row < rows; row++) {
    const key = keyOf(a, b, row)
    pairs.set(key, (pairs.get(key) ?? 0) + 1)
    if (pairs.size > limit) return null
  }
  return pairs.size > Math.max(a.alphabet.symbols.length, b.alphabet.symbols.length) ? pairs : null
}

/** A column that two others may determine, with the codes of its values. */
interface DecidedColumn {
  readonly node: NodeColumn
  readonly codes: Uint32Array
}

function decidable(node: NodeColumn): DecidedColumn[] {
  const { hidden, raw, learned } = node.column
  if (hidden) return []
  const { codes, values } = heldCodes(raw, learned.held)
  return values.length < decidedValues ? [] : [{ node, codes }]
}

/** Whether two columns together, but neither of them alone, determine a third one in every row. */
function decideAnother(
  a: NodeColumn,
  b: NodeColumn,
  pairs: ReadonlyMap<number, number>,
  others: () => readonly DecidedColumn[],
): boolean {
  if (a.codes.length - pairs.size < decidedRows) return false
  return others().some(({ node, codes }) => {
    if (node === a || node === b) return false
    const isDecided = (keyAt: (row: number) => number): boolean => {
      const known = new Map<number, number>()
      return codes.every((code, row) => {
        const key = keyAt(row)
        const before = known.get(key)
        if (before === undefined) known.set(key, code)
        return before === undefined || before === code
      })
    }
    return (
      isDecided((row) => keyOf(a, b, row)) && !isDecided((row) => a.codes[row]) && !isDecided((row) => b.codes[row])
    )
  })
}

function shared(a: NodeColumn, b: NodeColumn, pairs: ReadonlyMap<number, number>): number {
  const rows = a.codes.length
  const entropy = (counts: Iterable<number>): number => {
    let sum = 0
    for (const count of counts) if (count > 0) sum -= (count / rows) * Math.log2(count / rows)
    return sum
  }
  const counts = ({ codes, alphabet }: NodeColumn): Float64Array => {
    const all = new Float64Array(alphabet.symbols.length)
    for (const code of codes) all[code]++
    return all
  }
  return entropy(counts(a)) + entropy(counts(b)) - entropy(pairs.values())
}

/** The hidden column, whose values combine the texts of both. */
function joined(a: NodeColumn, b: NodeColumn, pairs: ReadonlyMap<number, number>, name: string): LearnedColumn {
  const keys = [...pairs.keys()]
  const index = new Map(keys.map((key, code) => [key, code]))
  const held = keys.map((key) =>
    JSON.stringify([a.alphabet.symbols[Math.floor(key / 65_536)], b.alphabet.symbols[key % 65_536]]),
  )
  const codes = Uint32Array.from(a.codes, (_, row) => index.get(keyOf(a, b, row))!)
  return {
    ...{ place: 'learned', name, hidden: true },
    raw: { name, values: held, codes, counts: Uint32Array.from(pairs.values()), firstRows: keys.map(() => 1) },
    learned: { kind: 'category', type: { kind: 'string' }, held, grain: 0, detail: null, notes: [] },
  }
}

/** A part with more than this many times the other one's values says little about a row that the combination does not. */
const maxTimesValues = 2

/** The codes of a hidden column of combinations, divided by their first and by their second part, as far as that tells much. */
export function groupsByPart({ alphabet }: NodeColumn): CodeGroups[] {
  const parts = alphabet.symbols.map((symbol) => JSON.parse(String(symbol)) as unknown[])
  const divisions = [0, 1].map((side): CodeGroups => {
    const groups = new Map<unknown, number[]>()
    parts.forEach((part, code) => {
      const codes = groups.get(part[side])
      if (codes === undefined) groups.set(part[side], [code])
      else codes.push(code)
    })
    return [...groups.values()].map((codes) => Uint16Array.from(codes))
  })
  const fewest = Math.min(...divisions.map((groups) => groups.length))
  return divisions.filter((groups) => groups.length <= maxTimesValues * fewest)
}
