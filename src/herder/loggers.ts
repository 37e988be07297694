import { GenesisError } from '../errors.js'
import type { LoggerLevel, LogLevel } from './herder.js'

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
/** Of Connect's loggers (Log4j): the same, under other names. */
const aliases: Readonly<Record<string, LogLevel>> = { fatal: 'error', off: 'silent', all: 'trace' }

/** Throws OPTION_INVALID for what is no level; letters' case does not matter. */
export function logLevelOf(text: string): LogLevel {
  const word = text.toLowerCase()
  const level = levels.find((one) => one === word) ?? (Object.hasOwn(aliases, word) ? aliases[word] : undefined)
  if (level !== undefined) return level
  throw new GenesisError('OPTION_INVALID', 'not a log level', { found: text, expected: `one of ${levels.join(', ')}` })
}

/** The levels of a worker's loggers, by name. `root` has all others below it, `a` those that begin with `a.`. */
export class Loggers {
  readonly #levels = new Map<string, LoggerLevel>()
  readonly #changed: (rootLevel: LogLevel) => void

  /** `changed`: called with the new level of `root`. */
  constructor(level: LogLevel, changed: (rootLevel: LogLevel) => void = () => undefined) {
    this.#levels.set('root', { level, lastModified: null })
    this.#changed = changed
  }

  all(): ReadonlyMap<string, LoggerLevel> {
    return new Map([...this.#levels].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Returns the names of those that are changed. */
  set(logger: string, level: LogLevel, now: number): readonly string[] {
    const names = new Set([logger])
    for (const name of this.#levels.keys())
      if (logger === 'root' || name === logger || name.startsWith(`${logger}.`)) names.add(name)
    for (const name of names) if (this.#levels.get(name)?.level === level) names.delete(name)
    for (const name of names) this.#levels.set(name, { level, lastModified: now })
    if (names.has('root')) this.#changed(level)
    return [...names].sort()
  }
}
