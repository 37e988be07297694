/** Formulas over columns of numbers, a block of rows at a time. Hot: nothing is allocated per row. */
import type { FieldType } from '../../record.js'
import { blockRows } from '../random/row-words.js'
import { exactly, unitOf, type Formula, type Rounding } from './formula.js'
import { timePart } from './time-parts.js'

/** A column of numbers in the held form, NaN where missing; or codes into such numbers. */
export interface NumberInput {
  readonly type: FieldType
  readonly codes: Uint16Array | null
  readonly numbers: Float64Array
}

/** A step computes `count` rows from row `from` on into its own block; integers of 10^−scale where nothing was divided. */
interface Step {
  readonly scale: number
  readonly block: Float64Array
  run(from: number, count: number): void
}

export interface Program {
  /** Computes the held numbers of rows from … from + count (at most `blockRows`); valid until the next call. */
  run(from: number, count: number): Float64Array
}

/** Compiles a formula whose value becomes a held number of `type`, rounded to its scale. */
export function compileFormula(
  formula: Formula,
  inputOf: (column: string) => NumberInput,
  type: FieldType,
  rounding: Rounding = 'half',
): Program {
  const step = stepOf(formula, inputOf)
  const { factor, scale } = unitOf(type)
  const up = step.scale < scale ? 10 ** (scale - step.scale) : 1
  const down = (step.scale > scale ? 10 ** (step.scale - scale) : 1) * factor
  const round = type.kind !== 'double'
  return {
    run(from, count) {
      step.run(from, count)
      const { block } = step
      if (up !== 1) for (let i = 0; i < count; i++) block[i] *= up
      if (!round) {
        if (down !== 1) for (let i = 0; i < count; i++) block[i] /= down
      } else roundBlock(block, count, down, rounding)
      return block
    },
  }
}

/** Divides integers, and rounds; numbers that are no integers are rounded to one. Never minus zero, which JSON would write. */
export function roundBlock(block: Float64Array, count: number, divisor: number, rounding: Rounding): void {
  for (let i = 0; i < count; i++) {
    const value = block[i]
    let low = Math.floor(value / divisor)
    // The quotient may have been rounded up to the next integer.
    if (low * divisor > value) low--
    const rest = value - low * divisor
    if (rest === 0) {
      block[i] = low + 0
      continue
    }
    const twice = 2 * rest
    let up = twice > divisor
    if (twice === divisor) up = rounding === 'even' ? low % 2 !== 0 : value > 0
    if (rounding === 'floor') up = false
    else if (rounding === 'ceil') up = true
    block[i] = (up ? low + 1 : low) + 0
  }
}

function stepOf(formula: Formula, inputOf: (column: string) => NumberInput): Step {
  const block = new Float64Array(blockRows)
  if (typeof formula === 'number') {
    const { value, scale } = exactly(formula)
    return { scale, block, run: (_, count) => void block.fill(value, 0, count) }
  }
  if ('column' in formula) return columnStep(inputOf(formula.column), block)
  const { op, of } = formula
  const parts = of.map((part) => stepOf(part, inputOf))
  if (op === '+' || op === '-' || op === 'min' || op === 'max' || op === '%') return alignedStep(op, parts, block)
  if (op === '*') {
    const scale = parts.reduce((sum, part) => sum + part.scale, 0)
    return folded(parts, block, scale, (a, b, count) => {
      for (let i = 0; i < count; i++) a[i] *= b[i]
    })
  }
  if (op === '/') {
    return folded(
      parts,
      block,
      0,
      (a, b, count) => {
        for (let i = 0; i < count; i++) a[i] /= b[i]
      },
      true,
    )
  }
  const [inner] = parts
  const divisor = 10 ** inner.scale
  const apply = op === 'floor' ? Math.floor : timePart(op)
  return {
    scale: 0,
    block,
    run(from, count) {
      inner.run(from, count)
      for (let i = 0; i < count; i++) block[i] = apply(inner.block[i] / divisor)
    },
  }
}

function columnStep({ type, codes, numbers }: NumberInput, block: Float64Array): Step {
  const { factor, scale } = unitOf(type)
  if (codes !== null) {
    const table = factor === 1 ? numbers : numbers.map((value) => value * factor)
    return {
      scale,
      block,
      run(from, count) {
        for (let i = 0; i < count; i++) block[i] = table[codes[from + i]]
      },
    }
  }
  return {
    scale,
    block,
    run(from, count) {
      for (let i = 0; i < count; i++) block[i] = numbers[from + i] * factor
    },
  }
}

type AlignedOperator = '+' | '-' | 'min' | 'max' | '%'

/** Operations on numbers of one scale. */
function alignedStep(op: AlignedOperator, parts: readonly Step[], block: Float64Array): Step {
  const scale = Math.max(...parts.map((part) => part.scale))
  const factors = parts.map((part) => 10 ** (scale - part.scale))
  const apply = loops[op]
  return {
    scale,
    block,
    run(from, count) {
      parts.forEach((part, index) => {
        part.run(from, count)
        const factor = factors[index]
        if (index === 0) for (let i = 0; i < count; i++) block[i] = part.block[i] * factor
        else apply(block, part.block, factor, count)
      })
    },
  }
}

/** A loop of its own for each, so that the engine sees one kind of arithmetic in it. */
const loops: Record<AlignedOperator, (a: Float64Array, b: Float64Array, factor: number, count: number) => void> = {
  '+': (a, b, factor, count) => {
    for (let i = 0; i < count; i++) a[i] += b[i] * factor
  },
  '-': (a, b, factor, count) => {
    for (let i = 0; i < count; i++) a[i] -= b[i] * factor
  },
  min: (a, b, factor, count) => {
    for (let i = 0; i < count; i++) a[i] = Math.min(a[i], b[i] * factor)
  },
  max: (a, b, factor, count) => {
    for (let i = 0; i < count; i++) a[i] = Math.max(a[i], b[i] * factor)
  },
  '%': (a, b, factor, count) => {
    for (let i = 0; i < count; i++) {
      const by = b[i] * factor
      a[i] -= Math.floor(a[i] / by) * by
    }
  },
}

/** The first part, with each of the others folded in. `plain`: the parts as numbers, without a scale. */
function folded(
  parts: readonly Step[],
  block: Float64Array,
  scale: number,
  fold: (a: Float64Array, b: Float64Array, count: number) => void,
  plain = false,
): Step {
  return {
    scale,
    block,
    run(from, count) {
      parts.forEach((part, index) => {
        part.run(from, count)
        if (plain && part.scale > 0) {
          const divisor = 10 ** part.scale
          for (let i = 0; i < count; i++) part.block[i] /= divisor
        }
        if (index === 0) block.set(part.block.subarray(0, count))
        else fold(block, part.block, count)
      })
    },
  }
}
