import type { Progress } from '../progress.js'
import type { FindPorts } from './ports.js'

/** What each rung needs. */
export interface RungOptions {
  readonly signal: AbortSignal
  /** Told what is being tried, and what for. */
  readonly progress: Progress
  /** @default ports that nobody listens on */
  readonly findPorts?: FindPorts
  /**
   * The folder of what Maven has downloaded.
   * @default build/stack
   */
  readonly cache?: string
}
