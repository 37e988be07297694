/** Arithmetic on blocks of numbers. Hot: allocates nothing per row, and each operator has its own loop. */
import { blockRows } from '../random/block-words.js'
import { exactly, unitOf, type FormulaOperator, type Rounding } from './formula.js'
import type { NumberInput } from './input.js'
import type { NumberStep } from './step.js'
import { timePart } from './time-parts.js'

export function constantStep(number: number): NumberStep {
  const { value, scale } = Number.isNaN(number) ? { value: NaN, scale: 0 } : exactly(number)
  const block = new Float64Array(blockRows)
  return { kind: 'number', scale, whole: true, block, run: (_, count) => void block.fill(value, 0, count) }
}

export function columnStep({ type, codes, numbers }: NumberInput): NumberStep {
  const { factor, scale } = unitOf(type)
  const whole = type.kind !== 'double'
  const block = new Float64Array(blockRows)
  if (codes !== null) {
    const table = factor === 1 ? numbers : numbers.map((value) => value * factor)
    return {
      ...{ kind: 'number', scale, whole, block },
      run(from, count) {
        for (let i = 0; i < count; i++) block[i] = table[codes[from + i]]
      },
    }
  }
  return {
    ...{ kind: 'number', scale, whole, block },
    run(from, count) {
      for (let i = 0; i < count; i++) block[i] = numbers[from + i] * factor
    },
  }
}

type Arithmetic = '+' | '-' | 'min' | 'max' | '%' | '*' | '/'

export function arithmeticStep(op: Arithmetic, parts: readonly NumberStep[]): NumberStep {
  if (op === '*') {
    const scale = parts.reduce((sum, part) => sum + part.scale, 0)
    return folded(parts, scale, (a, b, count) => {
      for (let i = 0; i < count; i++) a[i] *= b[i]
    })
  }
  if (op === '/') {
    const divide = (a: Float64Array, b: Float64Array, count: number): void => {
      for (let i = 0; i < count; i++) a[i] /= b[i]
    }
    return folded(parts, 0, divide, true)
  }
  return alignedStep(op, parts)
}

type AlignedOperator = '+' | '-' | 'min' | 'max' | '%'

/** Operations on numbers of the same scale. */
function alignedStep(op: AlignedOperator, parts: readonly NumberStep[]): NumberStep {
  const { scale, factors } = aligned(parts)
  const apply = loops[op]
  const block = new Float64Array(blockRows)
  const whole = parts.every((part) => part.whole)
  return {
    ...{ kind: 'number', scale, whole, block },
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

/** The finest scale of several steps, and the factor that brings each to it. */
export function aligned(parts: readonly NumberStep[]): { readonly scale: number; readonly factors: readonly number[] } {
  const scale = Math.max(...parts.map((part) => part.scale))
  return { scale, factors: parts.map((part) => 10 ** (scale - part.scale)) }
}

/** A separate loop for each operator, so that the engine sees only one kind of arithmetic in it. */
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

/** Folds the other parts into the first. `plain`: converts the parts to plain numbers first, without a scale. */
function folded(
  parts: readonly NumberStep[],
  scale: number,
  fold: (a: Float64Array, b: Float64Array, count: number) => void,
  plain = false,
): NumberStep {
  const block = new Float64Array(blockRows)
  return {
    ...{ kind: 'number', scale, block },
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

/** A function of one number. */
export function functionStep(op: FormulaOperator, inner: NumberStep): NumberStep {
  const block = new Float64Array(blockRows)
  if (op === 'abs') {
    return {
      ...{ kind: 'number', scale: inner.scale, block },
      run(from, count) {
        inner.run(from, count)
        for (let i = 0; i < count; i++) block[i] = Math.abs(inner.block[i])
      },
    }
  }
  const divisor = 10 ** inner.scale
  const apply = op === 'floor' ? Math.floor : op === 'ceil' ? Math.ceil : timePart(op)
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      inner.run(from, count)
      for (let i = 0; i < count; i++) block[i] = apply(inner.block[i] / divisor)
    },
  }
}

/** Rounds to the given number of decimal places, halves away from zero. */
export function roundStep(inner: NumberStep, digits: number): NumberStep {
  const block = new Float64Array(blockRows)
  const up = 10 ** Math.max(0, digits - inner.scale)
  const down = 10 ** Math.max(0, inner.scale - digits)
  return {
    ...{ kind: 'number', scale: digits, block },
    run(from, count) {
      inner.run(from, count)
      for (let i = 0; i < count; i++) block[i] = inner.block[i] * up
      roundBlock(block, count, down, 'half')
    },
  }
}

/** Divides integers and rounds; other numbers are rounded to integers. Never returns minus zero, which JSON would write. */
export function roundBlock(block: Float64Array, count: number, divisor: number, rounding: Rounding): void {
  for (let i = 0; i < count; i++) {
    const value = block[i]
    let low = Math.floor(value / divisor)
    // Floating-point division may have rounded the quotient up to the next integer.
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
