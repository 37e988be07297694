import type { ModelColumn, Model } from '../model.js'
import { baseNodes } from '../sample/base.js'
import type { Grid, Piece } from '../sample/symbols.js'
import { intersect, measure, subtract, union, type Interval, type Intervals } from './intervals.js'

/**
 * The part of a node's symbols that conditions allow, by code: for a bin on a grid, the indexes of its values; for a bin of reals, the
 * reals themselves; for any other symbol, [0, 1) or nothing.
 */
export type NodeSet = readonly Intervals[]

/** A conjunction: the allowed part of each node's symbols; nodes not in the map are unrestricted. */
export type Box = ReadonlyMap<number, NodeSet>

/** A node's symbols as sets. */
export interface NodeDomain {
  readonly node: number
  readonly column: ModelColumn
  readonly pieces: readonly Piece[]
  readonly grid: Grid
  readonly whole: NodeSet
}

const ofModels = new WeakMap<Model, readonly NodeDomain[]>()

/** The domains by node; created once per thread. */
export function domainsOf(model: Model): readonly NodeDomain[] {
  const known = ofModels.get(model)
  if (known !== undefined) return known
  const domains: NodeDomain[] = []
  ofModels.set(model, domains)
  for (const { weights } of baseNodes(model)) {
    const { node, pieces, grid } = weights
    const column = model.columns[model.columnOfNode[node]]
    domains[node] = { node, column, pieces, grid, whole: pieces.map((piece) => [extentOf(piece, grid)]) }
  }
  return domains
}

function isRealBin({ low, end }: Piece, { grain }: Grid): boolean {
  return grain === 0 && low !== null && end > low
}

function extentOf(piece: Piece, grid: Grid): Interval {
  return isRealBin(piece, grid) ? [piece.low!, piece.end] : [0, piece.measure]
}

/** The part of a number symbol whose values (as users see them, except for a decimal's scale) lie in a region. */
export function within(piece: Piece, region: Intervals, grid: Grid): Intervals {
  const { low, measure: count } = piece
  if (low === null) return []
  if (isRealBin(piece, grid)) return intersect([[low, piece.end]], region)
  const cuts = region.map(([from, to]): Interval => [indexOf(from, low, count, grid), indexOf(to, low, count, grid)])
  return cuts.filter(([from, to]) => from < to)
}

/** The number of a piece's values below a bound. */
function indexOf(bound: number, low: number, count: number, { grain, divisor }: Grid): number {
  const step = grain === 0 ? 1 : grain
  const valueAt = (index: number): number => (low + index * step) / divisor
  if (bound > valueAt(count - 1)) return count
  if (bound <= valueAt(0)) return 0
  // Start from an estimate, which rounding may have put slightly off.
  let index = Math.min(count - 1, Math.max(1, Math.ceil((bound * divisor - low) / step)))
  while (index > 0 && valueAt(index - 1) >= bound) index--
  while (index < count && valueAt(index) < bound) index++
  return index
}

/** The pieces of a symbol that a set allows. */
export function cut(piece: Piece, intervals: Intervals, grid: Grid): Piece[] {
  if (intervals.length === 0) return []
  const { code, low } = piece
  if (isRealBin(piece, grid)) return intervals.map(([from, to]) => ({ code, low: from, end: to, measure: to - from }))
  if (low === null || piece.measure === 1) return [piece]
  return intervals.map(([from, to]) => ({
    code,
    low: low + from * grid.grain,
    end: low + (to - 1) * grid.grain,
    measure: to - from,
  }))
}

const empties = new WeakMap<NodeSet, boolean>()

export function isEmpty(set: NodeSet): boolean {
  let empty = empties.get(set)
  if (empty === undefined) empties.set(set, (empty = set.every((intervals) => intervals.length === 0)))
  return empty
}

export function isWhole(set: NodeSet, domain: NodeDomain): boolean {
  return set.every((intervals, code) => measure(intervals) === measure(domain.whole[code]))
}

const intersections = new WeakMap<NodeSet, WeakMap<NodeSet, NodeSet>>()
const complements = new WeakMap<NodeSet, NodeSet>()

/** The intersection. The same two sets always return the same object, by which conjunctions recognise what they share. */
export function intersectSets(a: NodeSet, b: NodeSet): NodeSet {
  if (a === b) return a
  let known = intersections.get(a)
  if (known === undefined) intersections.set(a, (known = new WeakMap<NodeSet, NodeSet>()))
  let common = known.get(b)
  if (common === undefined) {
    const both = a.map((intervals, code) => intersect(intervals, b[code]))
    common = [a, b].find((whole) => both.every((intervals, code) => isSame(intervals, whole[code]))) ?? both
    known.set(b, common)
  }
  return common
}

function isSame(a: Intervals, b: Intervals): boolean {
  return (
    a === b || (a.length === b.length && a.every(([from, to], index) => from === b[index][0] && to === b[index][1]))
  )
}

export function uniteSets(a: NodeSet, b: NodeSet): NodeSet {
  return a.map((intervals, code) => union(intervals, b[code]))
}

/** The complement. The same set always returns the same object. */
export function complementOf(set: NodeSet, domain: NodeDomain): NodeSet {
  let rest = complements.get(set)
  if (rest === undefined) complements.set(set, (rest = domain.whole.map((whole, code) => subtract(whole, set[code]))))
  return rest
}
