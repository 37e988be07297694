/**
 * How the rate changes. constant: not at all; ramp: linearly from rateLimit to toRate; sine: a day-and-night wave
 * around rateLimit, starting at night; bursts: rateLimit with bursts of burstRate; curve: as recorded in a CSV file
 * with a `seconds,rate` line per point, repeated, instead of rateLimit. With `speed` 168, a week takes an hour.
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
