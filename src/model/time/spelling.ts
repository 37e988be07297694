/** Checks, writes and reads the patterns of Spelling in record.ts. */
import { civilOf } from './civil.js'
import type { FieldType, Spelling } from '../../record.js'
import { dayMs } from './day.js'

/** What a spelling shows: a date, a time of day, or both. */
export type SpelledKind = 'date' | 'time' | 'timestamp'

type Letter = 'y' | 'M' | 'd' | 'E' | 'Y' | 'w' | 'H' | 'h' | 'm' | 's' | 'S' | 'a'

export type SpellingPart = { readonly text: string } | { readonly letter: Letter; readonly width: number }

const token = /'((?:[^']|'')+)'|''|([yMdEYwHhmsSa])\2*|[^]/gu
const widths: Readonly<Record<Letter, readonly number[]>> = {
  ...{
    y: [2, 4],
    M: [1, 2, 3],
    d: [1, 2],
    E: [3],
    Y: [4],
    w: [2],
    H: [1, 2],
    h: [1, 2],
    m: [2],
    s: [2],
    S: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    a: [1],
  },
}
const dateLetters: readonly string[] = ['y', 'M', 'd', 'E', 'Y', 'w']
const wordLists = { M: ['months', 12], E: ['weekdays', 7], a: ['halves', 2] } as const
/** The defaults for a column without its own spelling: a time of day, and a timestamp without a zone. */
const isoSpellings: Readonly<Record<'time' | 'timestamp', Spelling>> = {
  time: { pattern: 'HH:mm:ss.SSS' },
  timestamp: { pattern: "yyyy-MM-dd'T'HH:mm:ss.SSS" },
}

/** The parts of a pattern, or what is wrong with it. */
export function spellingParts(pattern: string): readonly SpellingPart[] | string {
  const parts: SpellingPart[] = []
  for (const [whole, quoted, letter] of pattern.matchAll(token)) {
    if (letter !== undefined) {
      const known = letter as Letter
      if (!widths[known].includes(whole.length))
        return `${whole} is not one of ${widths[known].map((n) => letter.repeat(n)).join(', ')}`
      parts.push({ letter: known, width: whole.length })
    } else if (whole === "'") return 'an unclosed apostrophe'
    else if (/^[A-Za-z]$/.test(whole)) return `${whole} has no meaning; put literal text between apostrophes`
    else parts.push({ text: whole === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? whole) })
  }
  return parts
}

/** What is wrong with a spelling of a kind; null: nothing. */
export function wrongSpelling(spelling: Spelling, kind: SpelledKind): string | null {
  const parts = spellingParts(spelling.pattern)
  if (typeof parts === 'string') return parts
  const has = (letter: string): boolean => parts.some((part) => 'letter' in part && part.letter === letter)
  if (kind !== 'time' && !(has('y') && has('M')) && !(kind === 'date' && has('Y') && has('w')))
    return 'a date needs a year and a month, or YYYY and ww'
  if ((has('Y') || has('w')) && ['y', 'M', 'd'].some(has))
    return 'YYYY and ww go with no year, month or day of another kind'
  if (kind !== 'date' && !(has('m') && (has('H') || (has('h') && has('a')))))
    return 'a time needs hours and minutes, and h needs a'
  const foreign = parts.find(
    (part) => 'letter' in part && kind !== 'timestamp' && dateLetters.includes(part.letter) === (kind === 'time'),
  )
  if (foreign !== undefined && 'letter' in foreign) return `${foreign.letter} does not apply to a ${kind}`
  for (const [letter, [list, count]] of Object.entries(wordLists)) {
    const asks = parts.some(
      (part) => 'letter' in part && part.letter === letter && (letter !== 'M' || part.width === 3),
    )
    const words = spelling[list]
    if (asks && (words?.length !== count || words.some((word) => word === '' || /["\\\n\r]/.test(word))))
      return `${list} has ${count} words`
  }
  if (parts.some((part) => 'text' in part && /["\\\n\r]/.test(part.text)))
    return 'quotation marks, backslashes and line breaks are not allowed in a format'
  return null
}

/** Writes held values (days, or milliseconds since 1970 or midnight) at an index of a buffer, and returns the index after it. */
export interface SpellingWriter {
  write(b: Uint8Array, p: number, held: number): number
  readonly maxBytes: number
  /** Whether CSV must quote the texts. */
  readonly hasComma: boolean
}

const writers = new WeakMap<Spelling, Map<SpelledKind, SpellingWriter>>()

/** The writer of a valid spelling. Hot: allocates nothing. */
export function spellingWriter(spelling: Spelling, kind: SpelledKind): SpellingWriter {
  const known = writers.get(spelling) ?? new Map<SpelledKind, SpellingWriter>()
  writers.set(spelling, known)
  const writer = known.get(kind) ?? compiled(spelling, kind)
  known.set(kind, writer)
  return writer
}

/** Indexes of a date's and a time's parts. */
const field = {
  year: 0,
  month: 1,
  day: 2,
  weekday: 3,
  hour: 4,
  hour12: 5,
  half: 6,
  minute: 7,
  second: 8,
  fraction: 9,
  weekYear: 10,
  week: 11,
} as const
const fieldOf: Readonly<Record<Letter, number>> = {
  ...{ y: field.year, M: field.month, d: field.day, E: field.weekday, H: field.hour, h: field.hour12 },
  ...{ Y: field.weekYear, w: field.week },
  ...{ m: field.minute, s: field.second, S: field.fraction, a: field.half },
}

function compiled(spelling: Spelling, kind: SpelledKind): SpellingWriter {
  const parts = spellingParts(spelling.pattern) as readonly SpellingPart[]
  const { offsetMinutes = 0, months = [], weekdays = [], halves = [] } = spelling
  const bytesOf = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text))
  const steps = parts.map((part) => {
    if ('text' in part) return { field: -1, width: 0, words: bytesOf([part.text]) }
    const { letter, width } = part
    const words = letter === 'E' ? weekdays : letter === 'a' ? halves : letter === 'M' && width === 3 ? months : null
    return { field: fieldOf[letter], width, words: words && bytesOf(words) }
  })
  const shift = offsetMinutes * 60_000
  const hasWeek = steps.some((step) => step.field === field.weekYear || step.field === field.week)
  const values = new Int32Array(12)
  return {
    maxBytes: steps.reduce(
      (sum, { width, words }) => sum + (words ? Math.max(...words.map(({ length }) => length)) : Math.max(width, 6)),
      0,
    ),
    hasComma: [...parts.flatMap((part) => ('text' in part ? [part.text] : [])), ...months, ...weekdays, ...halves].some(
      (text) => text.includes(','),
    ),
    write(b, p, held) {
      split(values, held, kind, shift, hasWeek)
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i]
        if (step.words !== null) {
          const word =
            step.words[step.field < 0 ? 0 : step.field === field.month ? values[step.field] - 1 : values[step.field]]
          for (let j = 0; j < word.length; j++) b[p++] = word[j]
          continue
        }
        p =
          step.field === field.fraction
            ? writeFraction(b, p, values[step.field], step.width)
            : writePadded(b, p, values[step.field], step.width)
      }
      return p
    },
  }
}

/** Splits a held value into year, month and so on, in `values`; into the week and its year only if asked. */
function split(values: Int32Array, held: number, kind: SpelledKind, shift: number, hasWeek: boolean): void {
  const ms = kind === 'date' ? held * dayMs : kind === 'time' ? held : held + shift
  const days = Math.floor(ms / dayMs)
  const time = ms - days * dayMs
  const seconds = Math.floor(time / 1000)
  const hour = Math.floor(seconds / 3600)
  values[field.hour] = hour
  values[field.hour12] = hour % 12 === 0 ? 12 : hour % 12
  values[field.half] = hour < 12 ? 0 : 1
  values[field.minute] = Math.floor(seconds / 60) % 60
  values[field.second] = seconds % 60
  values[field.fraction] = time - seconds * 1000
  if (kind === 'time') return
  const { year, month, day } = civilOf(days)
  values[field.year] = year
  values[field.month] = month
  values[field.day] = day
  values[field.weekday] = weekdayOf(days)
  if (!hasWeek) return
  // A week belongs to the year of its Thursday (ISO 8601).
  const thursday = days - values[field.weekday] + 3
  const weekYear = civilOf(thursday).year
  values[field.weekYear] = weekYear
  values[field.week] = Math.floor((thursday - mondayOf(weekYear, 1)) / 7) + 1
}

/** The weekday of a day, 0 for Monday: 1970 began on a Thursday. */
function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

/** The Monday of a week, in days since 1970. The first week is the one with the 4th of January. */
function mondayOf(year: number, week: number): number {
  const fourth = new Date(0)
  fourth.setUTCFullYear(year, 0, 4)
  const day = fourth.getTime() / dayMs
  return day - weekdayOf(day) + 7 * (week - 1)
}

/** At least `width` digits; for a two-digit year, the last two. */
function writePadded(b: Uint8Array, p: number, value: number, width: number): number {
  let rest = value
  if (rest < 0) {
    b[p++] = 45
    rest = -rest
  }
  if (width === 2) rest %= 100
  let digits = width
  for (let limit = 10 ** width; rest >= limit; limit *= 10) digits++
  for (let at = p + digits - 1; at >= p; at--) {
    b[at] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return p + digits
}

/** Milliseconds as a fraction of the second. */
function writeFraction(b: Uint8Array, p: number, ms: number, width: number): number {
  for (let i = 0; i < width; i++) b[p + i] = i > 2 ? 48 : 48 + (Math.floor(ms / 10 ** (2 - i)) % 10)
  return p + width
}

/** The writer of a type's own spelling; null: the type uses ISO 8601, or is not a date or time. */
export function ownWriter(type: FieldType): SpellingWriter | null {
  if (type.kind !== 'date' && type.kind !== 'time' && type.kind !== 'timestamp') return null
  if (type.spelling !== undefined) return spellingWriter(type.spelling, type.kind)
  if (type.kind === 'time' || (type.kind === 'timestamp' && type.local))
    return spellingWriter(isoSpellings[type.kind], type.kind)
  return null
}

/** A held value as text, for a type that `ownWriter` has a writer for. */
export function spelled(held: number, type: FieldType): string {
  const writer = ownWriter(type)
  if (writer === null) return String(held)
  const bytes = Buffer.alloc(writer.maxBytes + 8)
  return bytes.toString('utf8', 0, writer.write(bytes, 0, held))
}

/**
 * Reads texts in a spelling as days since 1970, or as milliseconds since 1970 or midnight; undefined for other texts. `century` maps a
 * two-digit year to the full one; default: the POSIX rule.
 */
export function spellingReader(
  spelling: Spelling,
  kind: SpelledKind,
  century: (digits: number) => number = posixYear,
): (text: string) => number | undefined {
  const parts = spellingParts(spelling.pattern) as readonly SpellingPart[]
  const { months = [], weekdays = [], halves = [], offsetMinutes = 0 } = spelling
  const letters: { letter: Letter; words: readonly string[] | null }[] = []
  const source = parts.map((part) => {
    if ('text' in part) return quoted(part.text)
    const { letter, width } = part
    const words = letter === 'E' ? weekdays : letter === 'a' ? halves : letter === 'M' && width === 3 ? months : null
    letters.push({ letter, words })
    if (words !== null)
      return `(${[...words]
        .sort((a, b) => b.length - a.length)
        .map(quoted)
        .join('|')})`
    return width === 1 && letter !== 'S' ? '(\\d{1,2})' : `(\\d{${width}})`
  })
  const expression = new RegExp(`^${source.join('')}$`, 'iu')
  const folded = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase())
  const indexed = letters.map(({ letter, words }) => ({ letter, words: words && folded(words) }))
  return (text) => {
    const match = expression.exec(text)
    if (match === null) return undefined
    let [year, month, day, hour, minute, second, ms, half, week] = [1970, 1, 1, 0, 0, 0, 0, -1, -1]
    for (let i = 0; i < indexed.length; i++) {
      const { letter, words } = indexed[i]
      const written = match[i + 1]
      const value = words === null ? Number(written) : words.indexOf(written.toLowerCase())
      if (letter === 'Y') year = value
      else if (letter === 'w') week = value
      else if (letter === 'y') year = written.length === 2 ? century(value) : value
      else if (letter === 'M') month = words === null ? value : value + 1
      else if (letter === 'd') day = value
      else if (letter === 'm') minute = value
      else if (letter === 's') second = value
      else if (letter === 'S') ms = Number(written.slice(0, 3).padEnd(3, '0'))
      else if (letter === 'a') half = value
      else if (letter !== 'E') hour = value
    }
    if (half >= 0 && letters.some(({ letter }) => letter === 'h')) {
      if (hour < 1 || hour > 12) return undefined
      hour = (hour % 12) + 12 * half
    }
    if (hour > 23 || minute > 59 || second > 59) return undefined
    const time = ((hour * 60 + minute) * 60 + second) * 1000 + ms
    if (kind === 'time') return time
    if (week >= 0) {
      const monday = mondayOf(year, week)
      // The 53rd week of a year without one is the first of the next.
      return week < 1 || (week > 52 && monday >= mondayOf(year + 1, 1)) ? undefined : monday
    }
    const midnight = new Date(0)
    midnight.setUTCFullYear(year, month - 1, day)
    if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
    return kind === 'date' ? midnight.getTime() / dayMs : midnight.getTime() + time - offsetMinutes * 60_000
  }
}

function posixYear(digits: number): number {
  return digits < 69 ? 2000 + digits : 1900 + digits
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
