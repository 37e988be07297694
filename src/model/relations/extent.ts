import { columnNamed, isBin } from '../fields.js'
import { dayMs } from '../held.js'
import type { ModelColumn } from '../model.js'
import { eitherOf, formulaExtent, isNumber, nowhere, type Extent } from '../expression/interval.js'
import { namesInRelation } from './range.js'
import { ratioUnit, type RelationOrigin } from './relation.js'

/** The extent of each node of the circuit, as far as known. */
export type NodeExtents = (node: number, column: ModelColumn) => Extent

/** The range of a column's held numbers. */
export function extentOf(column: ModelColumn, columns: readonly ModelColumn[], known: NodeExtents): Extent {
  const { source } = column
  const of = (name: string): Extent => extentOf(columnNamed(name, columns), columns, known)
  switch (source.from) {
    case 'circuit':
      return known(source.node, column)
    case 'composed': {
      const [day, time] = [of(source.day), of(source.time)]
      const missing = day.missing || time.missing
      if (!isNumber(day) || !isNumber(time)) return { ...nowhere, missing }
      return { low: day.low * dayMs + time.low, high: day.high * dayMs + time.high, missing }
    }
    case 'relation':
      return relationExtent(column, source, columns, of)
    case 'masked':
      return { ...of(source.value), missing: true }
    case 'dependency':
      return valuesExtent(source.values)
    default:
      return { low: -Infinity, high: Infinity, missing: column.nullable }
  }
}

function relationExtent(
  column: ModelColumn,
  source: RelationOrigin,
  columns: readonly ModelColumn[],
  of: (name: string) => Extent,
): Extent {
  const base = formulaExtent(source.formula, of, (name) => columnNamed(name, columns).type, column.type)
  const rest = source.rest === undefined ? null : of(source.rest)
  let made = combined(base, rest, source, column.type.kind === 'double')
  if (source.above !== undefined) {
    const above = formulaExtent(source.above, of, (name) => columnNamed(name, columns).type, column.type)
    const missing = made.missing || above.missing
    const isKnown = isNumber(made) && isNumber(above)
    made = isKnown ? { low: made.low + above.low, high: made.high + above.high, missing } : { ...nowhere, missing }
  }
  const { bounds } = source
  if (bounds !== undefined && isNumber(made)) {
    const inside = (value: number): number => Math.min(bounds[1], Math.max(bounds[0], value))
    made = { low: inside(made.low), high: inside(made.high), missing: made.missing }
  }
  if (isNumber(made) && (source.atLeast ?? source.atMost) !== undefined)
    made = limited(made, column, source, columns, of)
  const escapes = base.missing || (rest !== null && source.notSo !== undefined && rest.low <= source.notSo)
  if (source.own === undefined || !escapes) return made
  return eitherOf({ ...made, missing: rest?.missing === true }, of(source.own))
}

function combined(base: Extent, rest: Extent | null, { by, grain = 1 }: RelationOrigin, isReal: boolean): Extent {
  if (rest === null) return base
  const missing = base.missing || rest.missing
  if (!isNumber(base) || !isNumber(rest)) return { ...nowhere, missing }
  if (by !== 'ratio') return { low: base.low + rest.low, high: base.high + rest.high, missing }
  const products = [base.low * rest.low, base.low * rest.high, base.high * rest.low, base.high * rest.high]
  const slack = isReal ? 0 : grain
  return { low: Math.min(...products) / ratioUnit - slack, high: Math.max(...products) / ratioUnit + slack, missing }
}

/** The extent after other columns have raised or lowered its values. */
function limited(
  made: Extent,
  column: ModelColumn,
  { above, atLeast = [], atMost = [] }: RelationOrigin,
  columns: readonly ModelColumn[],
  of: (name: string) => Extent,
): Extent {
  const bound = (name: string): Extent =>
    formulaExtent({ column: name }, of, (each) => columnNamed(each, columns).type, column.type)
  let { low, high } = made
  const [least, most] = [atLeast, atMost].map((names) => names.map(bound).filter(isNumber))
  for (const each of least) high = Math.max(high, each.high)
  for (const each of most) low = Math.min(low, each.low)
  if (above !== undefined) {
    // For a column between two others, these narrow its range further.
    for (const each of least) low = Math.max(low, each.low)
    for (const each of most) high = Math.min(high, each.high)
  }
  return { low, high, missing: made.missing }
}

function valuesExtent(values: readonly unknown[]): Extent {
  let extent = nowhere
  for (const value of values) {
    if (typeof value === 'number') extent = eitherOf(extent, { low: value, high: value, missing: false })
    if (value === null) extent = { ...extent, missing: true }
  }
  return extent
}

/** The full range of a learned column. */
export function wholeExtent({ source }: ModelColumn): Extent {
  if (source.from !== 'circuit') return nowhere
  return valuesExtent(source.alphabet.flatMap((symbol) => (isBin(symbol) ? [...symbol] : [symbol])))
}

/** The nodes that a column is computed from, each once. */
export function nodesOf(column: ModelColumn, columns: readonly ModelColumn[]): number[] {
  const { source } = column
  const through = (names: readonly string[]): number[] => [
    ...new Set(names.flatMap((name) => nodesOf(columnNamed(name, columns), columns))),
  ]
  switch (source.from) {
    case 'circuit':
      return [source.node]
    case 'dependency':
      return through([source.column])
    case 'masked':
      return through([source.value])
    case 'composed':
      return through([source.day, source.time])
    case 'relation':
      return through(namesInRelation(source))
    default:
      return []
  }
}
