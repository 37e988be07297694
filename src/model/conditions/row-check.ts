/** Checks whether the values of rows satisfy an expression. Hot: allocates nothing per row. */
import type { Vector } from '../../record.js'
import { blockRows } from '../random/block-words.js'
import type { NodeOutput } from '../sample/circuit-sampler.js'
import type { NodeDomain, NodeSet } from './domain.js'
import type { Formula } from '../expression/formula.js'
import { compileCondition, type InputOf } from '../expression/program.js'
import type { Demand } from './cover.js'
import type { ConditionExpression } from './expression.js'
import type { Intervals } from './intervals.js'

/** Writes to `out` whether each of `count` rows (at most `blockRows`), starting at index `from`, satisfies it. */
export type RowCheck = (from: number, count: number, out: Uint8Array) => void

export interface RowValues {
  readonly output: (node: number) => NodeOutput
  /** The vector of a column by its index. */
  readonly vector: (index: number) => Vector
}

export function rowCheck(expression: ConditionExpression, domains: readonly NodeDomain[], values: RowValues): RowCheck {
  switch (expression.kind) {
    case 'computed': {
      const vector = values.vector(expression.index)
      return vector.kind === 'number' ? demandCheck(expression.demand, vector.values) : () => undefined
    }
    case 'column':
      return symbolCheck(expression.set, domains[expression.node], values.output(expression.node))
    case 'not': {
      const part = rowCheck(expression.part, domains, values)
      return (from, count, out) => {
        part(from, count, out)
        for (let i = 0; i < count; i++) out[i] ^= 1
      }
    }
    default: {
      const parts = expression.parts.map((part) => rowCheck(part, domains, values))
      const all = expression.kind === 'all'
      const each = new Uint8Array(blockRows)
      return (from, count, out) => {
        out.fill(all ? 1 : 0, 0, count)
        for (const part of parts) {
          part(from, count, each)
          if (all) for (let i = 0; i < count; i++) out[i] &= each[i]
          else for (let i = 0; i < count; i++) out[i] |= each[i]
        }
      }
    }
  }
}

/** Checks that rows satisfy none of the forbidden conditions. */
export function forbiddenCheck(formula: Formula, inputOf: InputOf): RowCheck {
  const program = compileCondition(formula, inputOf)
  return (from, count, out) => {
    const holds = program.run(from, count)
    for (let i = 0; i < count; i++) out[i] = holds[i] === 1 ? 0 : 1
  }
}

/** Checks that rows pass all of several checks. */
export function allChecks(checks: readonly RowCheck[]): RowCheck {
  if (checks.length === 1) return checks[0]
  const each = new Uint8Array(blockRows)
  return (from, count, out) => {
    out.fill(1, 0, count)
    for (const check of checks) {
      check(from, count, each)
      for (let i = 0; i < count; i++) out[i] &= each[i]
    }
  }
}

function demandCheck({ missing, region }: Demand, numbers: Float64Array): RowCheck {
  const isMissing = missing ? 1 : 0
  return (from, count, out) => {
    for (let i = 0; i < count; i++) {
      const value = numbers[from + i]
      out[i] = value !== value ? isMissing : isIn(value, region) ? 1 : 0
    }
  }
}

function symbolCheck(set: NodeSet, { pieces, grid, whole }: NodeDomain, { codes, values }: NodeOutput): RowCheck {
  // 0: none of the symbol is allowed, 1: all of it, 2: its values must be checked.
  const kinds = Uint8Array.from(set, (left, code) =>
    left.length === 0 ? 0 : left === whole[code] || same(left, whole[code]) ? 1 : 2,
  )
  return (from, count, out) => {
    for (let i = 0; i < count; i++) {
      const code = codes[from + i]
      let kind = kinds[code]
      if (kind === 2 && values !== null) {
        const { low } = pieces[code]
        const value = values[from + i] * grid.divisor
        kind = isIn(grid.grain === 0 ? values[from + i] : Math.round((value - (low ?? 0)) / grid.grain), set[code])
          ? 1
          : 0
      }
      out[i] = kind === 0 ? 0 : 1
    }
  }
}

function same(a: Intervals, b: Intervals): boolean {
  return a.length === b.length && a.every(([from, to], i) => from === b[i][0] && to === b[i][1])
}

function isIn(value: number, intervals: Intervals): boolean {
  for (const [from, to] of intervals) if (from <= value && value < to) return true
  return false
}
