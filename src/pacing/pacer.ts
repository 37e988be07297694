/**
 * Decides how many records are due. Pure: the caller supplies the time, so that simulations need no clock.
 * Times are milliseconds on one monotonic clock.
 */
export interface Pacer {
  /** Starts or resumes: nothing is owed for the time before. */
  start(now: number): void
  /** Number of records due, at most `max`; counts them as sent. */
  grant(max: number, now: number): number
  /** Milliseconds until `grant` will return more than 0; 0 if it would now. */
  delay(now: number): number
  /** Called after each commit, for adaptive pacers: the number of records acknowledged, and the sink's time for them in ms. */
  acknowledged?(records: number, latencyMs: number, now: number): void
}
