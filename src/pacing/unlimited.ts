import type { Pacer } from './pacer.js'

/** As many as the caller takes: the sink's backpressure is the only limit. */
export class Unlimited implements Pacer {
  start(): void {
    // nothing is owed to a clock
  }

  grant(max: number): number {
    return max
  }

  delay(): number {
    return 0
  }
}
