import type { Field } from '../record.js'

/** The lowest and highest number that a column can hold, in held form, as far as its layout tells. */
export function knownBounds(field: Field): readonly [number, number] | null {
  if (field.range !== undefined) return field.range
  if (field.dictionary === undefined || field.dictionary.includes(undefined)) return null
  const numbers = field.dictionary.filter((value) => typeof value === 'number')
  return [numbers.reduce((a, b) => Math.min(a, b), Infinity), numbers.reduce((a, b) => Math.max(a, b), -Infinity)]
}
