import { readFileSync } from 'node:fs'
import { GenesisError } from '../errors.js'

/** A point of a rate curve. */
export interface RatePoint {
  readonly ms: number
  readonly perSecond: number
}

/**
 * Reads a recorded rate: a CSV file with `seconds,rate` per line, an optional header, and increasing times. Throws
 * CONFIG_UNREADABLE or CONFIG_INVALID, naming file and line.
 */
export function readRateFile(file: string): RatePoint[] {
  const points: RatePoint[] = []
  const wrong = (line: number, what: string, found: string, expected: string): GenesisError =>
    new GenesisError('CONFIG_INVALID', what, { place: `${file}:${line}`, found, expected })
  const lines = textOf(file).split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || (index === 0 && /[a-z]/i.test(line))) continue
    const cells = line.split(',').map((cell) => (cell.trim() === '' ? NaN : Number(cell)))
    const [seconds, perSecond] = cells
    if (cells.length !== 2 || !(Number.isFinite(seconds) && perSecond >= 0 && Number.isFinite(perSecond))) {
      throw wrong(index + 1, 'not a point of a rate curve', JSON.stringify(line.slice(0, 60)), 'seconds,rate')
    }
    const last = points.at(-1)
    if (last !== undefined && seconds * 1000 <= last.ms) {
      throw wrong(index + 1, 'times must increase', `${seconds} after ${last.ms / 1000}`, 'a later time')
    }
    points.push({ ms: seconds * 1000, perSecond })
  }
  if (points.length < 2)
    throw wrong(lines.length, 'too few points for a rate curve', `${points.length} points`, 'at least 2')
  if (points.every(({ perSecond }) => perSecond === 0)) throw wrong(1, 'the rate is always 0', '0', 'a rate above 0')
  return points
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new GenesisError('CONFIG_UNREADABLE', code === 'ENOENT' ? 'no such file' : message, { place: file, cause })
  }
}
