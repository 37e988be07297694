/** Infers how a column's texts spell dates and times, from the tokens at each position. */
import { spellingReader, wrongSpelling, type SpelledKind } from '../../model/time/spelling.js'
import type { Spelling } from '../../record.js'
import type { DateOrder } from './dates.js'
import { afternoonWords, monthsOf, weekdaysOf, zoneOffset } from './time-words.js'

/** A spelling that nearly all texts of a column share. */
export interface SpelledTimes {
  readonly kind: SpelledKind
  readonly spelling: Spelling
  /** Reads a text as days since 1970, or as milliseconds since 1970 or midnight; undefined for a text in another form. */
  readonly read: (text: string) => number | undefined
  /** The time zone that all texts name; null: none. */
  readonly zone: string | null
  /** Whether something in the texts distinguishes day and month. */
  readonly certain: boolean
  /** Number of digits of the fraction beyond milliseconds. */
  readonly lost: number
}

/** Number of texts examined. */
const sampleTexts = 2000
/** Minimum share of them that must have the form. */
const minShare = 0.95
/** Spans of two-digit years that start after this year belong to the previous century. */
const latestStart = 2035

type Role =
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
interface Slot {
  readonly kind: 'digits' | 'letters' | 'other'
  readonly texts: readonly string[]
  /** The text that all share; null: they differ. */
  readonly constant: string | null
  readonly numbers: readonly number[]
  readonly shortest: number
  readonly longest: number
}

const pieces = /[ap]\.\s?m\.?|\p{L}+\.?|\d+|[^]/giu

/** The spelling of a column's texts; null: they are not dates or times, or do not share one spelling. */
export function spelledTimes(given: readonly string[], asOrder?: DateOrder): SpelledTimes | null {
  const texts = given.length > sampleTexts ? given.slice(0, sampleTexts) : given
  const forms = new Map<string, string[][]>()
  for (const text of texts) {
    if (text.length < 4 || text.length > 48 || !/\d/.test(text)) continue
    const tokens = text.match(pieces) ?? []
    const form = tokens.map((token) => (/^\d/.test(token) ? '0' : /^\p{L}/u.test(token) ? 'a' : token)).join('')
    const alike = forms.get(form)
    if (alike) alike.push(tokens)
    else forms.set(form, [tokens])
  }
  const rows = [...forms.values()].sort((a, b) => b.length - a.length)[0]
  if (rows === undefined || rows.length < minShare * texts.length) return null
  const slots = rows[0].map((_, at) => slotOf(rows.map((row) => row[at])))
  for (const order of ordersOf(asOrder)) {
    const found = read(slots, order, asOrder !== undefined)
    if (found === null) continue
    const accepted = texts.filter((text) => found.read(text) !== undefined).length
    if (accepted >= minShare * texts.length) return found
  }
  return null
}

function ordersOf(order: DateOrder | undefined): readonly ('YMD' | 'YDM' | DateOrder)[] {
  return ['YMD', ...(order === undefined ? (['MDY', 'DMY'] as const) : [order]), 'YDM']
}

function slotOf(texts: readonly string[]): Slot {
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

interface Words {
  months?: readonly string[]
  weekdays?: readonly string[]
  halves?: readonly string[]
}

/** Reads the positions in a given order of day, month and year; null: not possible. */
function read(slots: readonly Slot[], order: 'YMD' | 'YDM' | DateOrder, isGiven: boolean): SpelledTimes | null {
  const roles = new Map<number, Role>()
  const words: Words = {}
  const letterOf = new Map<number, string>()
  let zone: string | null = null
  let offset: number | undefined
  // A zone's offset can be after the time or before the year.
  const free: number[] = []
  for (let at = 0; at < slots.length; at++) {
    const signed =
      at > 2 &&
      slots[at].kind === 'digits' &&
      /^[+-]$/.test(slots[at - 1].constant ?? '') &&
      slots[at].constant !== null
    const behindTime = signed && (slots[at - 2].constant === ' ' || slots[at - 2].kind === 'digits') && free.length >= 2
    const minutes = slots[at + 2]?.constant
    const hasMinutes = slots[at + 1]?.constant === ':' && minutes != null && /^\d\d$/.test(minutes)
    const { constant } = slots[at]
    if (
      behindTime &&
      constant !== null &&
      (/^\d{4}$/.test(constant) || (/^\d\d$/.test(constant) && (hasMinutes || at === slots.length - 1)))
    ) {
      const sign = slots[at - 1].constant ?? ''
      // 2024-01-05 also ends in a minus and two digits.
      if (
        sign === '-' &&
        slots[at - 2].kind === 'digits' &&
        !slots.slice(0, at).some((slot) => slot.constant === ':' || slot.constant === 'T')
      ) {
        free.push(at)
        continue
      }
      zone = sign + constant + (hasMinutes ? `:${minutes}` : '')
      offset = zoneOffset(zone)
      if (offset === undefined) return null
      if (hasMinutes) at += 2
    } else if (slots[at].kind === 'digits') free.push(at)
  }
  let halves = 0
  for (const [at, slot] of slots.entries()) {
    if (slot.kind !== 'letters' || isWeekSign(slots, at)) continue
    const distinct = [...new Set(slot.texts)]
    const half = afternoonWords(distinct)
    const months = half === null && free.length > 0 ? monthsOf(distinct) : null
    const weekdays = half === null && months === null ? weekdaysOf(distinct) : null
    if (half !== null && free.length >= 1) {
      words.halves = half
      letterOf.set(at, 'a')
      halves++
    } else if (months !== null && words.months === undefined && !isZoneWord(slot, slots, at)) {
      words.months = months
      letterOf.set(at, 'MMM')
    } else if (weekdays !== null && words.weekdays === undefined) {
      words.weekdays = weekdays
      letterOf.set(at, 'EEE')
    } else if (slot.constant === null) return null
    else if (zoneOffset(slot.constant) !== undefined && free.length >= 2 && at === lastLetters(slots)) {
      zone = slot.constant
      offset = zoneOffset(zone)
    }
  }
  const hasMonth = words.months !== undefined
  const times = timeSlots(slots, free, words.halves !== undefined)
  const dates = free.filter((at) => !times.has(at))
  for (const [at, role] of times) roles.set(at, role)
  let certain = true
  if (dates.length > 0 || hasMonth) {
    const dated = dateRoles(slots, dates, hasMonth, order)
    if (dated === null) return null
    for (const [at, role] of dated.roles) roles.set(at, role)
    certain = isGiven || dated.certain
  } else if (words.weekdays !== undefined) return null
  const isCompactTime = [...roles.values()].includes('compact time')
  const hasTime = isCompactTime || [...roles.values()].includes('hour')
  const hasDate = dates.length > 0 || hasMonth
  if ((!hasTime && !hasDate) || (!hasTime && halves > 0)) return null
  const kind: SpelledKind = !hasTime ? 'date' : hasDate ? 'timestamp' : 'time'
  if (kind === 'time' && (zone !== null || isCompactTime)) return null
  let lost = 0
  let century: ((digits: number) => number) | undefined
  let pattern = ''
  for (const [at, slot] of slots.entries()) {
    const role = roles.get(at)
    const letter = letterOf.get(at)
    if (letter !== undefined) pattern += letter
    else if (role === undefined) pattern += quoted(slot.constant ?? '')
    else {
      const letters = lettersOf(role, slot, words.halves !== undefined)
      if (letters === null) return null
      pattern += letters
      if (role === 'fraction') lost = Math.max(0, slot.longest - 3)
      if (role === 'year' && slot.longest === 2) century = centuryOf(slot.numbers)
    }
    if (role === undefined && letter === undefined && slot.constant === null) return null
  }
  const spelling: Spelling = {
    pattern,
    ...(offset !== undefined && offset !== 0 && { offsetMinutes: offset }),
    ...words,
  }
  if (wrongSpelling(spelling, kind) !== null) return null
  return { kind, spelling, read: spellingReader(spelling, kind, century), zone, certain, lost }
}

/** The W of 2023-W07. */
function isWeekSign(slots: readonly (Slot | undefined)[], at: number): boolean {
  const [week, year] = [slots[at + 1], slots[at - 1]?.constant === '-' ? slots[at - 2] : slots[at - 1]]
  const isWeek = week?.kind === 'digits' && week.shortest === 2 && week.numbers.every((n) => n >= 1 && n <= 53)
  return slots[at]?.constant === 'W' && at + 2 === slots.length && isWeek && year?.kind === 'digits' && isFullYear(year)
}

/** Four digits that are a year of our time: other numbers of four digits are not. */
function isFullYear({ shortest, longest, numbers }: Slot): boolean {
  return shortest === 4 && longest === 4 && numbers.every((n) => n >= 1800 && n < 2200)
}

/** Whether a word is a zone's name, which ends a text. Words such as MAR are months only next to a day or a year. */
function isZoneWord(slot: Slot, slots: readonly Slot[], at: number): boolean {
  return slot.constant !== null && at === slots.length - 1 && zoneOffset(slot.constant) !== undefined
}

function lastLetters(slots: readonly Slot[]): number {
  return slots.reduce((last, slot, at) => (slot.kind === 'letters' ? at : last), -1)
}

/** The positions of a time of day: numbers separated by colons (or an h), the last ones if a year precedes them; or T and six digits. */
function timeSlots(slots: readonly Slot[], free: readonly number[], has12: boolean): Map<number, Role> {
  const roles = new Map<number, Role>()
  const joined = (a: number, b: number): boolean => {
    if (b - a < 2) return false
    const between = slots
      .slice(a + 1, b)
      .map(({ constant }) => constant ?? '?')
      .join('')
    return (
      /^(:|h|H|時|时|시)$/.test(between) ||
      (/^\.$/.test(between) && slots[b + 1]?.constant === ' ' && /^uhr$/i.test(slots[b + 2]?.constant ?? ''))
    )
  }
  let run: number[] = []
  let best: number[] = []
  for (const at of free) {
    run = run.length > 0 && joined(run[run.length - 1], at) ? [...run, at] : [at]
    if (run.length > best.length) best = run
  }
  if (best.length >= 2) {
    const from = best.length === 4 ? 1 : 0
    const names: Role[] = ['hour', 'minute', 'second']
    best.slice(from).forEach((at, i) => roles.set(at, names[i]))
    const last = best[best.length - 1]
    const behind = free[free.indexOf(last) + 1]
    if (best.length - from === 3 && behind === last + 2 && /^[.,]$/.test(slots[last + 1].constant ?? ''))
      roles.set(behind, 'fraction')
    return roles
  }
  const dotted = dottedTime(slots, free)
  if (dotted.size > 0) return dotted
  // 8 PM, without minutes, is handled elsewhere.
  if (has12) return roles
  for (const at of free) {
    const { shortest, longest } = slots[at]
    const afterT =
      /^[T ]$/.test(slots[at - 1]?.constant ?? '') && slots[at - 2]?.kind === 'digits' && slots[at - 2].longest === 8
    if (afterT && shortest === longest && (longest === 6 || longest === 4)) {
      roles.set(at, 'compact time')
      const behind = free[free.indexOf(at) + 1]
      if (behind === at + 2 && slots[at + 1].constant === '.' && longest === 6) roles.set(behind, 'fraction')
    }
  }
  return roles
}

/** Times such as 23.40.31 after a date, as written by Oracle and DB2. */
function dottedTime(slots: readonly Slot[], free: readonly number[]): Map<number, Role> {
  const roles = new Map<number, Role>()
  const names: Role[] = ['hour', 'minute', 'second', 'fraction']
  const from = free.findIndex((at, i) =>
    [1, 2].every((step) => free[i + step] === at + 2 * step && slots[at + 2 * step - 1].constant === '.'),
  )
  // The date before it has its own numbers, or a month's name.
  const hasDate = from >= 3 || (from === 2 && slots.slice(0, free[2]).some(({ kind }) => kind === 'letters'))
  if (!hasDate) return roles
  for (let i = 0; i < 4 && free[from + i] === free[from] + 2 * i; i++) roles.set(free[from + i], names[i])
  return roles
}

/** The roles of a year with a month or a week and nothing else; null: there is more, or less. */
function monthOnly(slots: readonly Slot[], dates: readonly number[], hasMonth: boolean): Map<number, Role> | null {
  const year = dates.find((at) => isFullYear(slots[at]))
  if (year === undefined) return null
  const isBetween = ({ kind, constant }: Slot, at: number): boolean =>
    dates.includes(at) ||
    isWeekSign(slots, at) ||
    (hasMonth && kind === 'letters') ||
    /^[-/., 年月M]$/.test(constant ?? '')
  if (!slots.every(isBetween)) return null
  if (hasMonth) return dates.length === 1 ? new Map([[year, 'year']]) : null
  if (dates.length !== 2) return null
  const other = dates.find((at) => at !== year)!
  const { shortest, longest, numbers } = slots[other]
  if (isWeekSign(slots, other - 1))
    return new Map<number, Role>([
      [year, 'week year'],
      [other, 'week'],
    ])
  if (shortest !== 2 || longest !== 2 || !numbers.every((n) => n >= 1 && n <= 12)) return null
  return new Map<number, Role>([
    [year, 'year'],
    [other, 'month'],
  ])
}

function dateRoles(
  slots: readonly Slot[],
  dates: readonly number[],
  hasMonth: boolean,
  order: 'YMD' | 'YDM' | DateOrder,
): { roles: Map<number, Role>; certain: boolean } | null {
  const width = (at: number): number => (slots[at].shortest === slots[at].longest ? slots[at].longest : 0)
  const between = (at: number, low: number, high: number): boolean =>
    slots[at].longest <= 2 && slots[at].numbers.every((n) => n >= low && n <= high)
  const mostly = (at: number, low: number, high: number): boolean => {
    const { numbers, longest } = slots[at]
    return longest <= 2 && numbers.filter((n) => n >= low && n <= high).length >= minShare * numbers.length
  }
  const bare = monthOnly(slots, dates, hasMonth)
  if (bare !== null) return { roles: bare, certain: true }
  const hasFullYear = dates.some((at) => width(at) === 4)
  const isYear = (at: number): boolean =>
    (width(at) === 4 && slots[at].numbers.every((n) => n >= 1000)) || (width(at) === 2 && !hasFullYear)
  if (!hasMonth && dates.length === 1 && width(dates[0]) === 8 && (order === 'YMD' || order === 'DMY')) {
    return { roles: new Map([[dates[0], 'compact date']]), certain: true }
  }
  if (hasMonth) {
    if (dates.length !== 2) return null
    const [a, b] = dates
    const dayFirst = isYear(b) && mostly(a, 1, 31)
    if (!dayFirst && !(isYear(a) && mostly(b, 1, 31))) return null
    const [day, year] = dayFirst ? [a, b] : [b, a]
    return {
      roles: new Map<number, Role>([
        [day, 'day'],
        [year, 'year'],
      ]),
      certain: true,
    }
  }
  if (dates.length !== 3) return null
  const [a, b, c] = dates
  const dotted = slots.slice(a + 1, b).some(({ constant }) => constant === '.')
  // A two-digit year comes first if it has far fewer distinct values than the days.
  const distinct = (at: number): number => new Set(slots[at].texts).size
  if (order === 'YMD' && width(a) !== 4 && !(distinct(c) >= 20 && distinct(a) <= distinct(c) / 2)) return null
  const [year, month, day] = { YMD: [a, b, c], YDM: [a, c, b], DMY: [c, b, a], MDY: [c, a, b] }[order]
  if (!isYear(year) || !mostly(month, 1, 12) || !mostly(day, 1, 31)) return null
  if (order === 'YDM' && width(a) !== 4)
    return {
      roles: new Map<number, Role>([
        [a, 'year'],
        [b, 'month'],
        [c, 'day'],
      ]),
      certain: false,
    }
  if (order === 'MDY' && between(a, 1, 12) && between(b, 1, 12)) {
    // Ambiguous: where dots are usual, the day comes first.
    if (dotted) return null
    return {
      roles: new Map<number, Role>([
        [year, 'year'],
        [month, 'month'],
        [day, 'day'],
      ]),
      certain: false,
    }
  }
  return {
    roles: new Map<number, Role>([
      [year, 'year'],
      [month, 'month'],
      [day, 'day'],
    ]),
    certain: true,
  }
}

/** The pattern's letters for a number; null if texts write it both with and without a leading zero. */
function lettersOf(role: Role, { texts, shortest, longest }: Slot, has12: boolean): string | null {
  const padded = texts.some((text) => text.length === 2 && text.startsWith('0'))
  const width = shortest === 2 ? 2 : padded ? 0 : 1
  switch (role) {
    case 'week year':
      return 'YYYY'
    case 'week':
      return 'ww'
    case 'year':
      return 'y'.repeat(longest)
    case 'month':
    case 'day': {
      const letter = role === 'month' ? 'M' : 'd'
      return width === 0 ? null : letter.repeat(width)
    }
    case 'hour':
      return width === 0 ? null : (has12 ? 'h' : 'H').repeat(width)
    case 'minute':
      return shortest === 2 ? 'mm' : null
    case 'second':
      return shortest === 2 ? 'ss' : null
    case 'fraction':
      return shortest === longest && longest <= 9 ? 'S'.repeat(longest) : null
    case 'compact date':
      return 'yyyyMMdd'
    case 'compact time':
      return longest === 6 ? 'HHmmss' : 'HHmm'
  }
}

/**
 * Expands two-digit years: a column's years lie within a span of a hundred years, which starts at most a few years from now. So 45 to 05
 * are 1945 to 2005, and 19 to 24 are 2019 to 2024.
 */
function centuryOf(numbers: readonly number[]): (digits: number) => number {
  const years = [...new Set(numbers)].sort((a, b) => a - b)
  let start = years[0]
  let widest = years[0] + 100 - years[years.length - 1]
  for (let i = 1; i < years.length; i++) {
    if (years[i] - years[i - 1] > widest) [start, widest] = [years[i], years[i] - years[i - 1]]
  }
  const first = 2000 + start <= latestStart ? 2000 + start : 1900 + start
  return (digits) => first + ((((digits - start) % 100) + 100) % 100)
}

/** Quotes a literal text for a pattern. */
function quoted(text: string): string {
  return /[A-Za-z']/.test(text) ? `'${text.replaceAll("'", "''")}'` : text
}
