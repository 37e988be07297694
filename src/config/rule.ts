/** A check across several options. */
export interface Rule {
  /** The options it looks at; the error is reported at the first. */
  readonly on: readonly string[]
  readonly broken: boolean
  readonly what: string
  readonly found: string
  readonly expected: string
}
