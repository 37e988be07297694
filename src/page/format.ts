/** Numbers and times as text. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const fraction = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

export const unknown = '–'

/** `1,234,567`; a dash if unknown. */
export function count(value: number | null): string {
  return value === null ? unknown : whole.format(value)
}

/** Records per second: `0.25`, `91.4`, `1,234`, `12.3K`. */
export function rate(value: number | null): string {
  if (value === null) return unknown
  if (value >= 10_000) return compact.format(value)
  if (value >= 100) return whole.format(value)
  if (value >= 10) return String(Math.round(value * 10) / 10)
  return value === 0 ? '0' : fraction.format(value)
}

/** Part of a whole: `12.5%`. Rounded down, so that only what is complete shows 100 %. */
export function share(part: number, of: number): string {
  return percentage.format(of === 0 ? 1 : Math.floor((part / of) * 1000) / 1000)
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let unit = 0
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}

/** `45 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
export function duration(seconds: number): string {
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  const minutes = Math.round(total / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** `1 task`, `2 tasks`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
