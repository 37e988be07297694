import { GenesisError } from '../errors.js'
import type { LoggerLevel, LogLevel } from './herder.js'

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
/** Connect's names of log levels (Log4j) that have equivalents here. */
const aliases: Readonly<Record<string, LogLevel>> = { fatal: 'error', off: 'silent', all: 'trace' }

/** Throws OPTION_INVALID for an unknown level; case-insensitive. */
export function logLevelOf(text: string): LogLevel {
  const word = text.toLowerCase()
  const level = levels.find((one) => one === word) ?? (Object.hasOwn(aliases, word) ? aliases[word] : undefined)
  if (level !== undefined) return level
  throw new GenesisError('OPTION_INVALID', 'not a log level', { found: text, expected: `one of ${levels.join(', ')}` })
}

/** Levels of a worker's loggers, by name. `root` is the ancestor of all, `a` of those that begin with `a.`. */
export class Loggers {
  readonly #levels = new Map<string, LoggerLevel>()

  /** `names`: initial loggers besides `root`. */
  constructor(level: LogLevel, names: readonly string[] = []) {
    for (const name of ['root', ...names]) this.#levels.set(name, { level, lastModified: null })
  }

  /** Its own level, or that of its nearest ancestor. */
  levelOf(logger: string): LogLevel {
    for (let name = logger; ; name = name.slice(0, name.lastIndexOf('.'))) {
      const own = this.#levels.get(name)
      if (own !== undefined) return own.level
      if (!name.includes('.')) return this.#levels.get('root')?.level ?? 'info'
    }
  }

  all(): ReadonlyMap<string, LoggerLevel> {
    return new Map([...this.#levels].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Returns the names of the changed loggers. */
  set(logger: string, level: LogLevel, now: number): readonly string[] {
    const names = new Set([logger])
    for (const name of this.#levels.keys())
      if (logger === 'root' || name === logger || name.startsWith(`${logger}.`)) names.add(name)
    for (const name of names) if (this.#levels.get(name)?.level === level) names.delete(name)
    for (const name of names) this.#levels.set(name, { level, lastModified: now })
    return [...names].sort()
  }
}
