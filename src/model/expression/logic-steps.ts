/** Conditions on blocks of rows: 1 is true, 0 false, NaN unknown because something is missing. Hot: allocates nothing per row. */
import { blockRows } from '../random/block-words.js'
import type { comparisons } from './formula.js'
import { aligned } from './number-steps.js'
import type { NumberStep, Step, TextStep } from './step.js'

export type ComparisonOperator = (typeof comparisons)[number]

type Comparison = (out: Float64Array, x: Float64Array, a: number, y: Float64Array, b: number, count: number) => void

/** Compares x · a with y · b. A separate loop for each operator, as for arithmetic. */
const compares: Record<ComparisonOperator, Comparison> = {
  '=': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a === y[i] * b ? 1 : 0
  },
  '!=': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a !== y[i] * b ? 1 : 0
  },
  '<': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a < y[i] * b ? 1 : 0
  },
  '<=': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a <= y[i] * b ? 1 : 0
  },
  '>': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a > y[i] * b ? 1 : 0
  },
  '>=': (out, x, a, y, b, count) => {
    for (let i = 0; i < count; i++) out[i] = x[i] * a >= y[i] * b ? 1 : 0
  },
}

export function comparisonStep(op: ComparisonOperator, left: NumberStep, right: NumberStep): NumberStep {
  const block = new Float64Array(blockRows)
  const [a, b] = aligned([left, right]).factors
  const compare = compares[op]
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      left.run(from, count)
      right.run(from, count)
      const [x, y] = [left.block, right.block]
      compare(block, x, a, y, b, count)
      for (let i = 0; i < count; i++) if (x[i] * a !== x[i] * a || y[i] * b !== y[i] * b) block[i] = NaN
    },
  }
}

/** `and` and `or`: false and missing is false, true or missing is true. */
export function junctionStep(op: 'and' | 'or', parts: readonly NumberStep[]): NumberStep {
  const block = new Float64Array(blockRows)
  const decides = op === 'and' ? 0 : 1
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      block.fill(1 - decides, 0, count)
      for (const part of parts) {
        part.run(from, count)
        for (let i = 0; i < count; i++) {
          const value = part.block[i]
          if (value === decides) block[i] = decides
          else if (value !== value && block[i] !== decides) block[i] = NaN
        }
      }
    },
  }
}

export function notStep(part: NumberStep): NumberStep {
  const block = new Float64Array(blockRows)
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      part.run(from, count)
      for (let i = 0; i < count; i++) block[i] = 1 - part.block[i]
    },
  }
}

export function missingStep(part: Step): NumberStep {
  const block = new Float64Array(blockRows)
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      part.run(from, count)
      if (part.kind === 'text') for (let i = 0; i < count; i++) block[i] = part.block[i] === null ? 1 : 0
      else for (let i = 0; i < count; i++) block[i] = part.block[i] !== part.block[i] ? 1 : 0
    },
  }
}

/** One of two numbers; missing if the condition is. */
export function choiceStep(condition: NumberStep, then: NumberStep, otherwise: NumberStep): NumberStep {
  const block = new Float64Array(blockRows)
  const { scale, factors } = aligned([then, otherwise])
  const [a, b] = factors
  return {
    ...{ kind: 'number', scale, block },
    run(from, count) {
      condition.run(from, count)
      then.run(from, count)
      otherwise.run(from, count)
      for (let i = 0; i < count; i++) {
        const holds = condition.block[i]
        block[i] = holds === 1 ? then.block[i] * a : holds === 0 ? otherwise.block[i] * b : NaN
      }
    },
  }
}

/** One of two texts; missing if the condition is. */
export function textChoiceStep(condition: NumberStep, then: TextStep, otherwise: TextStep): TextStep {
  const block: (string | null)[] = new Array<string | null>(blockRows).fill(null)
  return {
    ...{ kind: 'text', block, coded: null },
    run(from, count) {
      condition.run(from, count)
      then.run(from, count)
      otherwise.run(from, count)
      for (let i = 0; i < count; i++) {
        const holds = condition.block[i]
        block[i] = holds === 1 ? then.block[i] : holds === 0 ? otherwise.block[i] : null
      }
    },
  }
}
