const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
/** Leading zeros, which a number would lose: 00501 is a postal code, not 501. */
const leadingZero = /^[+-]?0\d/

/** Maximum decimal places of a decimal; with more, the column holds reals. */
export const maxDecimals = 9

/** The number in a cell; undefined: not a number. Infinity and NaN do not count, because no model can learn them. */
export function parseNumber(cell: string | number | boolean): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  if (typeof cell === 'boolean') return undefined
  const text = cell.trim()
  if (!numberText.test(text) || leadingZero.test(text)) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  // More digits than a double can hold: an identifier, whose last digits must not change.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(text)) return undefined
  return value
}

/** Decimal places of a number rounded to 15 digits: 2 for 12.25, 1 for 0.1 + 0.2, 0 for 12 and 1e21. */
export function decimalPlaces(value: number): number {
  const text = String(Number(value.toPrecision(15)))
  const exponent = text.indexOf('e')
  const mantissa = exponent < 0 ? text : text.slice(0, exponent)
  const point = mantissa.indexOf('.')
  const places = point < 0 ? 0 : mantissa.length - point - 1
  return Math.max(0, places - (exponent < 0 ? 0 : Number(text.slice(exponent + 1))))
}

/** The integer that a decimal is held as: 12.34 with scale 2 is 1234. */
export function toScaled(value: number, scale: number): number {
  return Math.round(value * 10 ** scale)
}

/** The greatest common divisor of integers, which is the step of the grid through zero that they lie on; 0 for none. */
export function commonStep(values: Iterable<number>): number {
  let step = 0
  for (const value of values) {
    let a = Math.abs(value)
    let b = step
    while (b !== 0) [a, b] = [b, a % b]
    step = a
    if (step === 1) break
  }
  return step
}
