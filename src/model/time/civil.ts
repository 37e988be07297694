/** A day of the Gregorian calendar; month and day from 1. */
export interface CivilDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

const shared = { year: 0, month: 0, day: 0 }

/**
 * The date `days` days after 1970-01-01, valid until the next call; NaN for NaN. Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms" (civil_from_days).
 */
export function civilOf(days: number): CivilDay {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  shared.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  shared.year = yearOfEra + era * 400 + (shared.month <= 2 ? 1 : 0)
  shared.day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return shared
}
