/** Arithmetic on blocks of numbers. Hot: allocates nothing per row, and each operator has its own loop. */
import { blockRows } from '../random/block-words.js'
import { exactly, unitOf, type FormulaOperator, type Rounding } from './formula.js'
import type { NumberInput } from './input.js'
import type { NumberStep } from './step.js'
import { dayMs } from '../time/day.js'
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

function isIntegral({ whole, integral }: NumberStep): boolean {
  return whole === true || integral === true
}

type Arithmetic = '+' | '-' | 'min' | 'max' | '%' | '*' | '/'

export function arithmeticStep(op: Arithmetic, parts: readonly NumberStep[]): NumberStep {
  if (op === '*') {
    const scale = parts.reduce((sum, part) => sum + part.scale, 0)
    const product = folded(parts, scale, (out, a, b, count) => {
      for (let i = 0; i < count; i++) out[i] = a[i] * b[i]
    })
    return { ...product, integral: parts.every(isIntegral) }
  }
  if (op === '/') {
    const divide = (out: Float64Array, a: Float64Array, b: Float64Array, count: number): void => {
      for (let i = 0; i < count; i++) out[i] = a[i] / b[i]
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
    ...{ kind: 'number', scale, whole, integral: parts.every(isIntegral), block },
    run(from, count) {
      for (const part of parts) part.run(from, count)
      const [first] = parts
      if (parts.length === 1) for (let i = 0; i < count; i++) block[i] = first.block[i] * factors[0]
      else apply(block, first.block, factors[0], parts[1].block, factors[1], count)
      for (let index = 2; index < parts.length; index++)
        apply(block, block, 1, parts[index].block, factors[index], count)
    },
  }
}

/** The finest scale of several steps, and the factor that brings each to it. */
export function aligned(parts: readonly NumberStep[]): { readonly scale: number; readonly factors: readonly number[] } {
  const scale = Math.max(...parts.map((part) => part.scale))
  return { scale, factors: parts.map((part) => 10 ** (scale - part.scale)) }
}

type Loop = (out: Float64Array, a: Float64Array, left: number, b: Float64Array, right: number, count: number) => void

/** out = a · left combined with b · right. A separate loop for each operator, so that the engine sees only one kind of arithmetic in it. */
const loops: Record<AlignedOperator, Loop> = {
  '+': (out, a, left, b, right, count) => {
    for (let i = 0; i < count; i++) out[i] = a[i] * left + b[i] * right
  },
  '-': (out, a, left, b, right, count) => {
    for (let i = 0; i < count; i++) out[i] = a[i] * left - b[i] * right
  },
  min: (out, a, left, b, right, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.min(a[i] * left, b[i] * right)
  },
  max: (out, a, left, b, right, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.max(a[i] * left, b[i] * right)
  },
  '%': (out, a, left, b, right, count) => {
    for (let i = 0; i < count; i++) {
      const value = a[i] * left
      const by = b[i] * right
      out[i] = value - Math.floor(value / by) * by
    }
  },
}

/** Folds the other parts into the first: out = a combined with b. `plain`: converts the parts to plain numbers first, without a scale. */
function folded(
  parts: readonly NumberStep[],
  scale: number,
  fold: (out: Float64Array, a: Float64Array, b: Float64Array, count: number) => void,
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
        if (index > 0) fold(block, index === 1 ? parts[0].block : block, part.block, count)
        else if (parts.length === 1) block.set(part.block.subarray(0, count))
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
  const loop = functionLoops[op]
  if (loop !== undefined) {
    return {
      ...{ kind: 'number', scale: 0, integral: true, block },
      run(from, count) {
        inner.run(from, count)
        loop(block, inner.block, divisor, count)
      },
    }
  }
  const part = timePart(op)
  return {
    // Only working days keep the fraction of what they are given.
    ...{ kind: 'number', scale: 0, integral: op !== 'workday', block },
    run(from, count) {
      inner.run(from, count)
      for (let i = 0; i < count; i++) block[i] = part(inner.block[i] / divisor)
    },
  }
}

/** As for `loops`, for the most frequent functions. */
const functionLoops: Partial<
  Record<FormulaOperator, (a: Float64Array, b: Float64Array, divisor: number, count: number) => void>
> = {
  floor: (a, b, divisor, count) => {
    for (let i = 0; i < count; i++) a[i] = Math.floor(b[i] / divisor)
  },
  ceil: (a, b, divisor, count) => {
    for (let i = 0; i < count; i++) a[i] = Math.ceil(b[i] / divisor)
  },
  date: (a, b, divisor, count) => {
    for (let i = 0; i < count; i++) a[i] = Math.floor(b[i] / divisor / dayMs) * dayMs
  },
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
