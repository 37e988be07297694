/**
 * Conditions on a column computed by a relation, as a cover: the symbols of the columns it is computed from (at most two) for which the
 * condition can hold. If the condition holds for only part of a bin, rows drawn from the bin may still fail it. These are redrawn
 * (retry.ts), which leaves exactly the rows that satisfy it.
 */
import type { ModelColumn, Model } from '../model.js'
import { extentOf, nodesOf, wholeExtent } from '../relations/extent.js'
import { isNumber, nowhere, type Extent } from '../expression/interval.js'
import type { Box, NodeDomain, NodeSet } from './domain.js'
import type { Intervals } from './intervals.js'

/** What a number must be: missing (if `missing`), or in the region. */
export interface Demand {
  readonly missing: boolean
  readonly region: Intervals
}

/** Maximum number of symbol pairs examined. */
const maxPairs = 250_000

/** At most `limit` mutually exclusive conjunctions that together contain every record that meets the demand. */
export function coverOf(
  column: ModelColumn,
  demand: Demand,
  model: Model,
  domains: readonly NodeDomain[],
  limit: number,
): Box[] {
  const cover = new Cover(column, demand, model, domains)
  const nodes = cover.nodesByWeight()
  if (nodes.length === 0) return cover.mayHold(new Map()) ? [new Map<number, NodeSet>()] : []
  const [first, second] = nodes
  const size = (node: number): number => domains[node].pieces.length
  const single = second === undefined || limit < 2 || size(first) * size(second) > maxPairs
  const rows = domains[first].pieces.map((_, code) =>
    single
      ? [cover.mayHold(new Map([[first, code]]))]
      : domains[second].pieces.map((_, other) =>
          cover.mayHold(
            new Map([
              [first, code],
              [second, other],
            ]),
          ),
        ),
  )
  return boxesOfRows(rows, limit).map(({ codes, held }): Box => {
    const entries: [number, NodeSet][] = [[first, setOf(domains[first], codes)]]
    if (!single && !held.every((each) => each)) entries.push([second, setOf(domains[second], held)])
    return new Map(entries)
  })
}

/** Merges rows that hold for the same symbols and, while there are too many, neighbouring rows, which then hold for the symbols of both. */
function boxesOfRows(rows: readonly (readonly boolean[])[], limit: number): { codes: boolean[]; held: boolean[] }[] {
  const grouped = new Map<string, { codes: boolean[]; held: boolean[] }>()
  rows.forEach((held, code) => {
    if (!held.includes(true)) return
    const key = held.map(Number).join('')
    const known = grouped.get(key) ?? { codes: rows.map(() => false), held: [...held] }
    known.codes[code] = true
    grouped.set(key, known)
  })
  let boxes = [...grouped.values()]
  while (boxes.length > Math.max(1, limit)) {
    boxes = boxes.flatMap((box, index) => {
      if (index % 2 === 1) return []
      const next = boxes[index + 1]
      if (next === undefined) return [box]
      const either = (a: boolean[], b: boolean[]): boolean[] => a.map((value, i) => value || b[i])
      return [{ codes: either(box.codes, next.codes), held: either(box.held, next.held) }]
    })
  }
  return boxes
}

function setOf({ whole }: NodeDomain, held: readonly boolean[]): NodeSet {
  return whole.map((intervals, code) => (held[code] ? intervals : []))
}

class Cover {
  readonly #nodes: readonly number[]
  readonly #extents = new Map<string, Extent>()

  constructor(
    readonly column: ModelColumn,
    readonly demand: Demand,
    readonly model: Model,
    readonly domains: readonly NodeDomain[],
  ) {
    this.#nodes = nodesOf(column, model.columns)
  }

  /** The nodes, starting with those that narrow the column most when known. */
  nodesByWeight(): number[] {
    if (this.#nodes.length < 2) return [...this.#nodes]
    const width = ({ low, high }: Extent): number => (low <= high ? Math.min(high - low, Number.MAX_VALUE) : 0)
    const weight = (node: number): number => {
      const { pieces } = this.domains[node]
      return pieces.reduce((sum, _, code) => sum + width(this.#extent(new Map([[node, code]]))), 0) / pieces.length
    }
    const weights = new Map(this.#nodes.map((node) => [node, weight(node)]))
    return [...this.#nodes].sort((a, b) => weights.get(a)! - weights.get(b)! || a - b)
  }

  mayHold(known: ReadonlyMap<number, number>): boolean {
    const extent = this.#extent(known)
    if (extent.missing && this.demand.missing) return true
    return isNumber(extent) && this.demand.region.some(([from, to]) => from <= extent.high && extent.low < to)
  }

  #extent(known: ReadonlyMap<number, number>): Extent {
    const { columns } = this.model
    return extentOf(this.column, columns, (node, column) => {
      const code = known.get(node)
      return code === undefined ? this.#whole(column) : this.#ofSymbol(node, code)
    })
  }

  #whole(column: ModelColumn): Extent {
    let extent = this.#extents.get(column.name)
    if (extent === undefined) this.#extents.set(column.name, (extent = wholeExtent(column)))
    return extent
  }

  #ofSymbol(node: number, code: number): Extent {
    const { pieces, grid } = this.domains[node]
    const { low, end } = pieces[code]
    return low === null
      ? { ...nowhere, missing: true }
      : { low: low / grid.divisor, high: end / grid.divisor, missing: false }
  }
}
