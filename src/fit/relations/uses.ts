/** Keeps track of which columns are computed from which, to rule out cycles. */
export class Uses {
  readonly #direct = new Map<string, Set<string>>()

  add(column: string, parts: Iterable<string>): void {
    const known = this.#direct.get(column) ?? new Set()
    for (const part of parts) known.add(part)
    this.#direct.set(column, known)
  }

  /** Whether `column` is `part`, or is computed from it, directly or indirectly. */
  needs(column: string, part: string): boolean {
    if (column === part) return true
    return [...(this.#direct.get(column) ?? [])].some((between) => this.needs(between, part))
  }

  isMade(column: string): boolean {
    return this.#direct.has(column)
  }
}
