/**
 * Conditions as boxes: conjunctions of one set per column. No two boxes share a record, so their probabilities add up, and a sampler can
 * pick one by its share and draw from it alone (evidence.ts). For example, over a plan (free, pro) and an age (0 to 19):
 *
 *     {"any": [{"plan": "pro"}, {"age": [">=", 15]}]}
 *
 * Each part is a box, but pro customers aged 15 are in both. So the second box is added without its overlap with the first (`without`):
 *
 *     { plan: {pro} }
 *     { age: [15, 20), plan: {free} }
 *
 * An `all` intersects every box of one part with every box of the next (`product`). Adding {"age": ["<", 18]} gives
 *
 *     { plan: {pro}, age: [0, 18) }
 *     { age: [15, 18), plan: {free} }
 *
 * A `not` is the unrestricted box without the boxes of its operand.
 */
import { GenesisError } from '../../errors.js'
import {
  complementOf,
  intersectSets,
  isEmpty,
  isWhole,
  uniteSets,
  type Box,
  type NodeDomain,
  type NodeSet,
} from './domain.js'
import type { ConditionExpression } from './expression.js'
import { coverLimit, computedIn, negated } from './negated.js'

/** Maximum number of conjunctions. Each needs its own tables for the nodes it restricts. */
const maxBoxes = 1000

const anything: Box = new Map<number, NodeSet>()

/**
 * An expression as mutually exclusive conjunctions; empty if no symbols satisfy it. For columns computed by relations, the conjunctions
 * also contain records that do not satisfy it.
 */
export function boxesOf(
  expression: ConditionExpression,
  domains: readonly NodeDomain[],
  limit = coverLimit(expression),
): Box[] {
  switch (expression.kind) {
    case 'computed':
      return expression.cover(limit)
    case 'column': {
      const { node, set } = expression
      if (isEmpty(set)) return []
      return isWhole(set, domains[node]) ? [anything] : [new Map([[node, set]])]
    }
    case 'all':
      return expression.parts.reduce(
        (boxes, part) => bounded(product(boxes, boxesOf(part, domains, limit)), part.path),
        [anything],
      )
    case 'any': {
      const parts = uniteColumns(expression.parts.map((part) => boxesOf(part, domains, limit)))
      const boxes = parts.reduce((before, part) => {
        const fresh = before.reduce((left, box) => bounded(without(left, box, domains), expression.path), part)
        return bounded([...before, ...fresh], expression.path)
      }, [])
      return merged(boxes, domains)
    }
    case 'not':
      // A cover also contains records that fail the condition, so its complement is not the negation.
      if (computedIn(expression.part).length > 0) return boxesOf(negated(expression.part), domains, limit)
      return boxesOf(expression.part, domains).reduce(
        (left, box) => bounded(without(left, box, domains), expression.path),
        [anything],
      )
  }
}

function product(left: readonly Box[], right: readonly Box[]): Box[] {
  return left.flatMap((a) => right.flatMap((b) => intersection(a, b) ?? []))
}

function intersection(a: Box, b: Box): Box | null {
  if (a.size === 0) return b
  if (b.size === 0) return a
  const common: [number, NodeSet][] = []
  for (const [node, set] of b) {
    const other = a.get(node)
    const each = other ? intersectSets(other, set) : set
    if (isEmpty(each)) return null
    common.push([node, each])
  }
  const both = new Map(a)
  for (const [node, set] of common) both.set(node, set)
  return both
}

/** The part of the boxes outside another box. Most boxes do not overlap it and are returned as they are. */
function without(boxes: readonly Box[], box: Box, domains: readonly NodeDomain[]): Box[] {
  return boxes.flatMap((each) => (overlap(each, box) ? parted(each, box, domains) : [each]))
}

function overlap(a: Box, b: Box): boolean {
  for (const [node, set] of b) {
    const other = a.get(node)
    if (other !== undefined && isEmpty(intersectSets(other, set))) return false
  }
  return true
}

/** a ∧ ¬(S1 ∧ S2 ∧ …) = a ∧ ¬S1, or a ∧ S1 ∧ ¬S2, or … */
function parted(a: Box, box: Box, domains: readonly NodeDomain[]): Box[] {
  const out: Box[] = []
  let inside = a
  for (const [node, set] of box) {
    const own = a.get(node)
    const outside = complementOf(set, domains[node])
    const rest = own ? intersectSets(own, outside) : outside
    if (!isEmpty(rest)) out.push(new Map([...inside, [node, rest]]))
    inside = new Map([...inside, [node, own ? intersectSets(own, set) : set]])
  }
  return out
}

/** Merges boxes that differ in only one column: as exact, with fewer to choose from. */
function merged(boxes: readonly Box[], domains: readonly NodeDomain[]): Box[] {
  let left: Box[] = [...boxes]
  for (const { node } of domains) {
    const alike = new Map<string, Box>()
    for (const box of left) {
      const set = box.get(node)
      const others = [...box].flatMap(([other, held]) => (other === node ? [] : [`${other} ${idOf(held)}`])).sort()
      const key = set === undefined ? `all ${others.join()}` : others.join()
      const known = alike.get(key)
      const other = known?.get(node)
      alike.set(key, known && set && other ? withSet(known, node, uniteSets(other, set), domains[node]) : box)
    }
    left = [...alike.values()]
  }
  return left.length < boxes.length ? merged(left, domains) : left
}

function withSet(box: Box, node: number, set: NodeSet, domain: NodeDomain): Box {
  const changed = new Map([...box, [node, set]])
  if (isWhole(set, domain)) changed.delete(node)
  return changed
}

const ids = new WeakMap<NodeSet, number>()
let lastId = 0

function idOf(set: NodeSet): number {
  let id = ids.get(set)
  if (id === undefined) ids.set(set, (id = ++lastId))
  return id
}

/** Merges alternatives on the same column into one set, which needs no choice between conjunctions. */
function uniteColumns(parts: readonly Box[][]): Box[][] {
  const single = new Map<number, NodeSet>()
  const others: Box[][] = []
  for (const boxes of parts) {
    const [entry] = boxes.length === 1 && boxes[0].size === 1 ? [...boxes[0]] : []
    if (entry === undefined) others.push(boxes)
    else {
      const [node, set] = entry
      const known = single.get(node)
      single.set(node, known ? uniteSets(known, set) : set)
    }
  }
  return [...[...single].map((entry) => [new Map([entry])]), ...others]
}

function bounded(boxes: Box[], path: string): Box[] {
  if (boxes.length <= maxBoxes) return boxes
  throw new GenesisError('CONDITION_INVALID', 'too many combinations of alternatives', {
    place: path,
    found: `${boxes.length} conjunctions`,
    expected: `at most ${maxBoxes} after any, not and all are expanded`,
    remedy: 'Combine alternatives on one column into a single "in"',
  })
}
