import type { Pacer } from './pacer.js'

/** As many as the caller takes: backpressure from the sink is the only limit. */
export class Unlimited implements Pacer {
  start(): void {
    // stateless
  }

  grant(max: number): number {
    return max
  }

  delay(): number {
    return 0
  }
}
