import { resolve } from 'node:path'
import { parseDuration } from '../../config/quantity.js'
import type { RateShape } from '../../config/connector.js'

/** How the rate of an event time changes: like a connector's throughput.shape, without speed. */
export interface EventShape {
  readonly type: 'ramp' | 'sine' | 'bursts' | 'curve'
  readonly period?: string
  readonly to_rate?: number
  readonly amplitude?: number
  readonly burst_rate?: number
  readonly burst_length?: string
  /** CSV file, relative to the columns file. */
  readonly curve?: string
}

const parts: Readonly<Record<EventShape['type'], readonly (keyof EventShape)[]>> = {
  ramp: ['period', 'to_rate'],
  sine: ['period'],
  bursts: ['period', 'burst_rate', 'burst_length'],
  curve: ['curve'],
}

const durations: readonly string[] = ['period', 'burst_length']
const rates: readonly string[] = ['to_rate', 'burst_rate']

/** What is expected instead of an invalid shape; null: it is valid. */
export function wrongShape(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'a map such as {type: sine, period: 1d}'
  const { type, ...rest } = value as Record<string, unknown>
  const needed: readonly string[] | undefined = Object.hasOwn(parts, String(type))
    ? parts[type as EventShape['type']]
    : undefined
  if (needed === undefined) return `a type, one of ${Object.keys(parts).join(', ')}`
  const lacking = needed.find((key) => !Object.hasOwn(rest, key))
  if (lacking !== undefined) return `${lacking}, with type ${String(type)}`
  for (const [key, item] of Object.entries(rest)) {
    if (!needed.includes(key) && !(type === 'sine' && key === 'amplitude')) {
      return `only ${needed.join(', ')} with type ${String(type)}, not ${key}`
    }
    if (durations.includes(key) && !(millisOf(item) > 0)) return `${key}: a duration such as 1d`
    // A ramp stays at its last rate forever, so that must be above 0.
    const min = key === 'to_rate' ? Number.MIN_VALUE : 0
    if (rates.includes(key) && !(typeof item === 'number' && item >= min && item <= 1e9))
      return `${key}: records per second`
    if (key === 'amplitude' && !(typeof item === 'number' && item >= 0 && item <= 1)) return 'amplitude: from 0 to 1'
    if (key === 'curve' && typeof item !== 'string') return 'curve: a CSV file of seconds,rate'
  }
  const { period, burst_length: length } = value as EventShape
  return type === 'bursts' && millisOf(length) > millisOf(period) ? 'a burst_length of at most the period' : null
}

/** The shape must pass `wrongShape`. */
export function rateShapeOf(shape: EventShape): RateShape {
  const { type, to_rate: toRate = 0, burst_rate: burstRate = 0, amplitude = 0.8, curve = '' } = shape
  const periodMs = millisOf(shape.period)
  switch (type) {
    case 'ramp':
      return { type, toRate, periodMs, speed: 1 }
    case 'sine':
      return { type, amplitude, periodMs, speed: 1 }
    case 'bursts':
      return { type, burstRate, burstMs: millisOf(shape.burst_length), periodMs, speed: 1 }
    case 'curve':
      return { type, file: curve, speed: 1 }
  }
}

/** The shape with an absolute file path. */
export function inFolder(shape: EventShape, folder: string): EventShape {
  return shape.curve === undefined ? shape : { ...shape, curve: resolve(folder, shape.curve) }
}

function millisOf(duration: unknown): number {
  return typeof duration === 'string' ? (parseDuration(duration) ?? 0) : 0
}
