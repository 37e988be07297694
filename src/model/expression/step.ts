/** A step of a compiled formula computes `count` rows (at most `blockRows`), starting at row `from`, into its own block. */
export type Step = NumberStep | TextStep

/** Integers in units of 10^−scale, unless a division or a real column is involved; NaN: missing. Conditions are 1 and 0. */
export interface NumberStep {
  readonly kind: 'number'
  readonly scale: number
  /** Whether all its numbers are integers, none of them minus zero. */
  readonly whole?: boolean
  /** Whether all its numbers are integers, minus zero included. */
  readonly integral?: boolean
  readonly block: Float64Array
  run(from: number, count: number): void
}

/** Texts; null is missing. */
export interface TextStep {
  readonly kind: 'text'
  readonly block: (string | null)[]
  run(from: number, count: number): void
  /** The rows' codes and their dictionary, if they have codes: a test on texts then runs once per entry. */
  readonly coded: { readonly codes: Uint16Array; readonly texts: readonly (string | null)[] } | null
}

export function isNumberStep(step: Step): step is NumberStep {
  return step.kind === 'number'
}

export function numbersIn(steps: readonly Step[]): NumberStep[] {
  if (!steps.every(isNumberStep)) throw new TypeError('a text in arithmetic')
  return [...steps]
}

export function textsIn(steps: readonly Step[]): TextStep[] {
  return steps.map((step) => {
    if (step.kind !== 'text') throw new TypeError('a number instead of a text')
    return step
  })
}
