import { GenesisError } from '../../errors.js'
import { complementOf, intersectSets, isEmpty, isWhole, uniteSets, type NodeDomain, type NodeSet } from './domain.js'
import type { Expression } from './expression.js'

/** A conjunction: what is left of each node's symbols; a node that is not there is not restricted. */
export type Box = ReadonlyMap<number, NodeSet>

/** How many conjunctions conditions may come to. Each costs its own tables of the nodes that it touches. */
const mostBoxes = 1000

const anything: Box = new Map<number, NodeSet>()

/** An expression as conjunctions that exclude each other. None: no symbols satisfy it. */
export function boxesOf(expression: Expression, domains: readonly NodeDomain[]): Box[] {
  switch (expression.kind) {
    case 'column': {
      const { node, set } = expression
      if (isEmpty(set)) return []
      return isWhole(set, domains[node]) ? [anything] : [new Map([[node, set]])]
    }
    case 'all':
      return expression.parts.reduce(
        (boxes, part) => bounded(product(boxes, boxesOf(part, domains)), part.path),
        [anything],
      )
    case 'any': {
      const parts = uniteColumns(expression.parts.map((part) => boxesOf(part, domains)))
      return parts.reduce((boxes, part) => {
        const fresh = boxes.reduce((left, box) => bounded(product(left, notBox(box, domains)), expression.path), part)
        return bounded([...boxes, ...fresh], expression.path)
      }, [])
    }
    case 'not':
      return boxesOf(expression.part, domains).reduce(
        (left, box) => bounded(product(left, notBox(box, domains)), expression.path),
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

/** ¬(S1 ∧ S2 ∧ …) = ¬S1, or S1 ∧ ¬S2, or … */
function notBox(box: Box, domains: readonly NodeDomain[]): Box[] {
  const out: Box[] = []
  const before = new Map<number, NodeSet>()
  for (const [node, set] of box) {
    const rest = complementOf(set, domains[node])
    if (!isEmpty(rest)) out.push(new Map([...before, [node, rest]]))
    before.set(node, set)
  }
  return out
}

/** Puts alternatives on one and the same column into one set, which needs no choice between conjunctions. */
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
  if (boxes.length <= mostBoxes) return boxes
  throw new GenesisError('CONDITION_INVALID', 'too many combinations of alternatives', {
    place: path,
    found: `${boxes.length} conjunctions`,
    expected: `at most ${mostBoxes} after any, not and all are multiplied out`,
    remedy: 'Put alternatives on one column into one "in"',
  })
}
