import type { LearnedColumn } from '../columns/plan.js'
import type { NodeColumn } from '../node-column.js'

/** A column whose missing values another column determines. */
export interface Mask {
  readonly column: LearnedColumn
  /** The column that determines them: one of the table, or a hidden pattern column. */
  readonly by: LearnedColumn
  /** Its values for which the column is missing. */
  readonly values: readonly (string | number | boolean | null)[]
  /** By row: 1 if the column is missing. */
  readonly absent: Uint8Array
}

export interface Masks {
  readonly masks: readonly Mask[]
  /** Hidden columns with the patterns in which several columns are missing. */
  readonly patterns: readonly LearnedColumn[]
}

/** Minimum number of rows that lack a column, and of rows that have it. */
const minEvidence = 20
/** Maximum number of values of a column that determines which others are missing. */
const maxDeciderValues = 64
/** Columns whose missingness correlates at least this much share a pattern. */
const minCorrelation = 0.15
const maxPatterns = 512
/** Minimum number of rows of a pattern; in rows with rarer ones, each column learns by itself when it is missing. */
const minPatternRows = 2
/** The pattern of all rows with rarer ones. */
const others = 'others'

/** Finds what determines missing values: a column with few values that does so in every row, otherwise a pattern of columns that are missing together. */
export function findMasks(
  columns: readonly LearnedColumn[],
  nodes: readonly NodeColumn[],
  freeName: (name: string) => string,
): Masks {
  const gaps = columns.flatMap((column) => {
    const absent = absentRows(column)
    const count = absent.reduce((sum, one) => sum + one, 0)
    return count < minEvidence || absent.length - count < minEvidence ? [] : [{ column, absent, count }]
  })
  const masks: Mask[] = []
  const open: Gap[] = []
  for (const gap of gaps) {
    const decided = decidedBy(gap, nodes)
    if (decided === null) open.push(gap)
    else masks.push(decided)
  }
  const patterns: LearnedColumn[] = []
  for (const group of groupsOf(open)) {
    if (group.length < 2) continue
    const { pattern, masks: own } = patternOf(group, freeName('missing'))
    patterns.push(pattern)
    masks.push(...own)
  }
  return { masks, patterns }
}

interface Gap {
  readonly column: LearnedColumn
  readonly absent: Uint8Array
  readonly count: number
}

function absentRows({ raw, learned }: LearnedColumn): Uint8Array {
  return Uint8Array.from(raw.codes, (code) => (learned.held[code] === null ? 1 : 0))
}

function decidedBy({ column, absent }: Gap, nodes: readonly NodeColumn[]): Mask | null {
  for (const { column: by, codes, alphabet } of nodes) {
    const { symbols, exact } = alphabet
    if (by === column || by.hidden || !exact || symbols.length < 2 || symbols.length > maxDeciderValues) continue
    if (symbols.includes(null)) continue
    const says = new Int8Array(symbols.length).fill(-1)
    let agrees = true
    for (let row = 0; agrees && row < codes.length; row++) {
      if (says[codes[row]] < 0) says[codes[row]] = absent[row]
      else agrees = says[codes[row]] === absent[row]
    }
    if (!agrees) continue
    const values = symbols.filter((symbol, code) => says[code] === 1 && !Array.isArray(symbol)) as Mask['values']
    return { column, by, values, absent }
  }
  return null
}

/** Groups columns that are missing together more or less often than by chance. */
function groupsOf(gaps: readonly Gap[]): Gap[][] {
  const groups: Gap[][] = []
  for (const gap of gaps) {
    const near = groups.filter((group) => group.some((other) => Math.abs(correlation(gap, other)) >= minCorrelation))
    const merged = [...near.flat(), gap]
    for (const group of near) groups.splice(groups.indexOf(group), 1)
    groups.push(merged)
  }
  return groups
}

function correlation(a: Gap, b: Gap): number {
  const rows = a.absent.length
  let both = 0
  for (let row = 0; row < rows; row++) both += a.absent[row] & b.absent[row]
  const [p, q] = [a.count / rows, b.count / rows]
  return (both / rows - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q))
}

function patternOf(group: readonly Gap[], name: string): { pattern: LearnedColumn; masks: Mask[] } {
  const rows = group[0].absent.length
  const counts = new Map<string, number>()
  const keys = Array.from({ length: rows }, (_, row) => {
    const key = group.map(({ absent }) => absent[row]).join('')
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return key
  })
  const frequent = [...counts]
    .filter(([, count]) => count >= minPatternRows)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, maxPatterns)
    .map(([key]) => key)
  const index = new Map(frequent.map((key, code) => [key, code]))
  const held = frequent.map((key) => {
    const gone = group.filter((_, i) => key[i] === '1').map(({ column }) => column.name)
    return gone.length === 0 ? 'none' : gone.join(', ')
  })
  const rare = frequent.length < counts.size
  if (rare) held.push(others)
  const codes = Uint32Array.from(keys, (key) => index.get(key) ?? frequent.length)
  const totals = new Uint32Array(held.length)
  for (const code of codes) totals[code]++
  const pattern: LearnedColumn = {
    ...{ place: 'learned', name, hidden: true },
    raw: { name, values: held, codes, counts: totals, firstRows: held.map(() => 1) },
    learned: { kind: 'category', type: { kind: 'string' }, held, grain: 0, detail: null, notes: [] },
  }
  const masks = group.map(({ column }, i): Mask => {
    const values = frequent.flatMap((key, code) => (key[i] === '1' ? [held[code]] : []))
    return {
      column,
      by: pattern,
      values,
      absent: Uint8Array.from(keys, (key) => (index.has(key) && key[i] === '1' ? 1 : 0)),
    }
  })
  return { pattern, masks }
}
