/** Durations and sizes as people write them. */

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** `100ms`, `1.5s`, `5m`, `1h`, `2d` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return quantity(text, milliseconds)
}

/** `1MB` (a million), `512KiB` (512 × 1024) in bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return quantity(text, bytes)
}

/** Milliseconds in the largest unit that holds them as a whole number: 60000 is `1m`. */
export function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms > 0 && ms % milliseconds[name] === 0) ?? 'ms'
  return `${ms / milliseconds[unit]}${unit}`
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim())
  if (match === null || !Object.hasOwn(units, match[2])) return undefined
  const value = Math.round(Number(match[1]) * units[match[2]])
  return Number.isSafeInteger(value) ? value : undefined
}
