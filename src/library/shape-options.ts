import { resolve } from 'node:path'
import type { RateShape } from '../config/connector.js'
import { GenesisError } from '../errors.js'
import { checkOptions, numberAbove, numberFrom, oneOf, text, type Check } from './options.js'

/**
 * How the rate changes: not; in a straight line from rateLimit to toRate; as day and night around rateLimit, beginning at
 * night; rateLimit with bursts of burstRate; or as recorded in a CSV file of `seconds,rate` a line, again and again, in
 * place of rateLimit. With `speed` 168 the shape of a week takes an hour.
 */
export type RateShapeOptions = { readonly speed?: number } & (
  | { readonly type: 'constant' }
  | { readonly type: 'ramp'; readonly toRate: number; readonly periodSeconds: number }
  | { readonly type: 'sine'; readonly periodSeconds: number; readonly amplitude?: number }
  | {
      readonly type: 'bursts'
      readonly burstRate: number
      readonly burstSeconds: number
      readonly periodSeconds: number
    }
  | { readonly type: 'curve'; readonly file: string }
)

const rate = numberFrom(0, 1e9)
const parts: Readonly<Record<RateShapeOptions['type'], Readonly<Record<string, Check>>>> = {
  constant: {},
  ramp: { toRate: rate, periodSeconds: numberAbove(0) },
  sine: { periodSeconds: numberAbove(0) },
  bursts: { burstRate: rate, burstSeconds: numberAbove(0), periodSeconds: numberAbove(0) },
  curve: { file: text },
}

/** The shape as a connector has it. Throws OPTION_INVALID. */
export function planShape(of: string, shape: RateShapeOptions | undefined): RateShape {
  if (shape === undefined) return { type: 'constant', speed: 1 }
  const place = `${of}: shape`
  checkOptions(place, { type: shape.type ?? null }, { type: oneOf(...Object.keys(parts)) })
  const own = parts[shape.type]
  const amplitude: Record<string, Check> = shape.type === 'sine' ? { amplitude: numberFrom(0, 1) } : {}
  checkOptions(place, shape, { type: oneOf(shape.type), speed: numberAbove(0), ...own, ...amplitude })
  const missing = Object.keys(own).find((part) => !Object.hasOwn(shape, part))
  if (missing !== undefined) {
    throw new GenesisError('OPTION_INVALID', `shape ${shape.type} is incomplete`, { place, expected: missing })
  }
  const { speed = 1 } = shape
  switch (shape.type) {
    case 'constant':
      return { type: 'constant', speed }
    case 'ramp':
      return { type: 'ramp', toRate: shape.toRate, periodMs: shape.periodSeconds * 1000, speed }
    case 'sine':
      return { type: 'sine', amplitude: shape.amplitude ?? 0.8, periodMs: shape.periodSeconds * 1000, speed }
    case 'bursts': {
      const [burstMs, periodMs] = [shape.burstSeconds * 1000, shape.periodSeconds * 1000]
      return { type: 'bursts', burstRate: shape.burstRate, burstMs: Math.min(burstMs, periodMs), periodMs, speed }
    }
    case 'curve':
      return { type: 'curve', file: resolve(shape.file), speed }
  }
}
