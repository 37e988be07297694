import type { Progress } from '../progress.js'
import type { FindPorts } from './ports.js'

/** What each rung needs. */
export interface RungOptions {
  readonly signal: AbortSignal
  /** Called with what is being tried, and why. */
  readonly progress: Progress
  /** @default ports that nobody listens on */
  readonly findPorts?: FindPorts
  /**
   * The folder for Maven's downloads.
   * @default build/stack
   */
  readonly cache?: string
}
