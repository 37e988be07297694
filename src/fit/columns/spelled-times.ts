/** Infers how a column's texts spell dates and times, from the tokens at each position. */
import { spellingReader, wrongSpelling, type SpelledKind } from '../../model/time/spelling.js'
import type { Spelling } from '../../record.js'
import { dateRoles, isWeekSign } from './date-slots.js'
import type { DateOrder } from './dates.js'
import { minShare, slotOf, type Role, type Slot } from './slots.js'
import { timeSlots } from './time-slots.js'
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
/** Spans of two-digit years that start after this year belong to the previous century. */
const latestStart = 2035

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

/** Whether a word is a zone's name, which ends a text. Words such as MAR are months only next to a day or a year. */
function isZoneWord(slot: Slot, slots: readonly Slot[], at: number): boolean {
  return slot.constant !== null && at === slots.length - 1 && zoneOffset(slot.constant) !== undefined
}

function lastLetters(slots: readonly Slot[]): number {
  return slots.reduce((last, slot, at) => (slot.kind === 'letters' ? at : last), -1)
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
