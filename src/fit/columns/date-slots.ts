/** Which numbers of a text are its year, month, week and day. */
import type { DateOrder } from './dates.js'
import { minShare, type Role, type Slot } from './slots.js'

/** The roles of the numbers of a date, read in a given order; null: not possible. `certain`: see SpelledTimes. */
export function dateRoles(
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
  if (order === 'YDM' && width(a) !== 4) return { roles: yearMonthDay(a, b, c), certain: false }
  if (order === 'MDY' && between(a, 1, 12) && between(b, 1, 12)) {
    // Ambiguous: where dots are usual, the day comes first.
    if (dotted) return null
    return { roles: yearMonthDay(year, month, day), certain: false }
  }
  return { roles: yearMonthDay(year, month, day), certain: true }
}

function yearMonthDay(year: number, month: number, day: number): Map<number, Role> {
  return new Map<number, Role>([
    [year, 'year'],
    [month, 'month'],
    [day, 'day'],
  ])
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

/** The W of 2023-W07. */
export function isWeekSign(slots: readonly (Slot | undefined)[], at: number): boolean {
  const [week, year] = [slots[at + 1], slots[at - 1]?.constant === '-' ? slots[at - 2] : slots[at - 1]]
  const isWeek = week?.kind === 'digits' && week.shortest === 2 && week.numbers.every((n) => n >= 1 && n <= 53)
  return slots[at]?.constant === 'W' && at + 2 === slots.length && isWeek && year?.kind === 'digits' && isFullYear(year)
}

/** Four digits that are a year of our time: other numbers of four digits are not. */
function isFullYear({ shortest, longest, numbers }: Slot): boolean {
  return shortest === 4 && longest === 4 && numbers.every((n) => n >= 1800 && n < 2200)
}
