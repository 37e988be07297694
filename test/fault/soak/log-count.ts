/** Warnings and errors of logs, by code. */

/** Warnings about a broker that has just started, whose coordinators are being elected. */
const expected: ReadonlySet<string> = new Set(['KAFKA_RETRIABLE'])

export class LogCount {
  readonly #counts = new Map<string, number>()
  /** Of each code that was not expected, the first line. */
  readonly #unexpected = new Map<string, string>()

  /** Of a log in JSON. What is no JSON was not logged, but thrown. */
  add(line: string): void {
    const { level, code } = parsed(line)
    if (level !== 'warn' && level !== 'error') return
    const key = `${level} ${String(code ?? 'without a code')}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    if ((level === 'error' || !expected.has(String(code))) && !this.#unexpected.has(key))
      this.#unexpected.set(key, line)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  get unexpected(): ReadonlyMap<string, string> {
    return this.#unexpected
  }

  text(): string {
    const parts = [...this.#counts].map(([key, count]) => `${count} × ${key}`)
    return parts.length === 0 ? 'no warnings, no errors' : parts.join(', ')
  }
}

function parsed(line: string): { readonly level?: unknown; readonly code?: unknown } {
  try {
    return JSON.parse(line) as object
  } catch {
    return { level: 'error', code: null }
  }
}
