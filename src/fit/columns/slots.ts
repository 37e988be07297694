/** The positions of a column's texts, which spelled-times.ts gives their roles in dates and times. */

/** Minimum share of the texts that must have the form. */
export const minShare = 0.95

export type Role =
  | 'week year'
  | 'week'
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'compact date'
  | 'compact time'

/** A position of the form, with the token that each text has there. */
export interface Slot {
  readonly kind: 'digits' | 'letters' | 'other'
  readonly texts: readonly string[]
  /** The text that all share; null: they differ. */
  readonly constant: string | null
  readonly numbers: readonly number[]
  readonly shortest: number
  readonly longest: number
}

export function slotOf(texts: readonly string[]): Slot {
  const kind = /^\d/.test(texts[0]) ? 'digits' : /^\p{L}/u.test(texts[0]) ? 'letters' : 'other'
  const lengths = texts.map(({ length }) => length)
  return {
    kind,
    texts,
    constant: texts.every((text) => text === texts[0]) ? texts[0] : null,
    numbers: kind === 'digits' ? texts.map(Number) : [],
    shortest: lengths.reduce((a, b) => Math.min(a, b)),
    longest: lengths.reduce((a, b) => Math.max(a, b)),
  }
}
