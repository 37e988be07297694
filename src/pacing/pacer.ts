/**
 * Says how many records may go now. Pure: the caller brings the time, so that a simulation needs no clock.
 * Times are milliseconds on one monotonic clock.
 */
export interface Pacer {
  /** Starts, or starts again after a pause: nothing is owed for the time before. */
  start(now: number): void
  /** How many records are due, at most `max`; counts them as sent. */
  grant(max: number, now: number): number
  /** Milliseconds until `grant` will give more than 0; 0 if it would now. */
  delay(now: number): number
  /** Told after each commit, for those that adapt: how many records were acknowledged, and how long the sink took for them in ms. */
  acknowledged?(records: number, latencyMs: number, now: number): void
}
