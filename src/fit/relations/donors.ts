import type { NodeColumn } from '../node-column.js'
import { levelsOfCounts, sharedBits } from './code-length.js'

const sampleRows = 4000
const key = 32

/**
 * For each row in which a column is missing, a row that has it and is similar in the two columns most informative about it (hot-deck
 * imputation). The circuit sees the donor's value instead, so that it learns the column without its gaps. Other rows are their own
 * donors.
 */
export function donorsOf(column: NodeColumn, others: readonly NodeColumn[], absent: Uint8Array): Uint32Array {
  const rows = absent.length
  const present = Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => absent[row] === 0)
  const step = Math.max(1, Math.floor(present.length / sampleRows))
  const sample = present.filter((_, i) => i % step === 0)
  const own = levelsIn(column, sample)
  const [first, second] = others
    .map((other) => ({ other, bits: sharedBits(levelsIn(other, sample), own) }))
    .sort((a, b) => b.bits - a.bits)
    .map(({ other }) => levelsIn(other))
  const fine = new Map<number, number[]>()
  const coarse = new Map<number, number[]>()
  const keys = (row: number): [number, number] => [(first?.[row] ?? 0) * key + (second?.[row] ?? 0), first?.[row] ?? 0]
  for (const row of present) {
    const [both, one] = keys(row)
    add(fine, both, row)
    add(coarse, one, row)
  }
  const all = Array.from(present)
  const taken = new Map<readonly number[], number>()
  const donors = Uint32Array.from({ length: rows }, (_, row) => row)
  for (let row = 0; row < rows; row++) {
    if (absent[row] === 0) continue
    const [both, one] = keys(row)
    const from = fine.get(both) ?? coarse.get(one) ?? all
    const turn = taken.get(from) ?? 0
    taken.set(from, turn + 1)
    donors[row] = from[turn % from.length]
  }
  return donors
}

function add(lists: Map<number, number[]>, at: number, row: number): void {
  const list = lists.get(at)
  if (list === undefined) lists.set(at, [row])
  else list.push(row)
}

/** `levelsOf` for codes: each code has one level. */
function levelsIn({ codes, alphabet }: NodeColumn, rows?: Uint32Array): Uint8Array {
  const counts = new Uint32Array(alphabet.symbols.length)
  const result = new Uint8Array(rows?.length ?? codes.length)
  const rowOf = (i: number): number => (rows === undefined ? i : rows[i])
  for (let i = 0; i < result.length; i++) counts[codes[rowOf(i)]]++
  const levels = levelsOfCounts(counts)
  for (let i = 0; i < result.length; i++) result[i] = levels[codes[rowOf(i)]]
  return result
}

/** The node with each row's code taken from its donor, and without the symbol for missing if no row needs it. */
export function donated(node: NodeColumn, donors: Uint32Array): NodeColumn {
  const codes = Uint16Array.from(donors, (row) => node.codes[row])
  const { alphabet } = node
  const missing = alphabet.symbols.indexOf(null)
  if (missing < 0 || codes.includes(missing) || alphabet.symbols.length < 2) return { ...node, codes }
  // Missing is the last symbol.
  return { ...node, codes, alphabet: { ...alphabet, symbols: alphabet.symbols.slice(0, missing) } }
}
