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
