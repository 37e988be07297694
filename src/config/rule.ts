/** What no single option can say: something about several of them. */
export interface Rule {
  /** The options it looks at; the message stands at the first. */
  readonly on: readonly string[]
  readonly broken: boolean
  readonly what: string
  readonly found: string
  readonly expected: string
}
