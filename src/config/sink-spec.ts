/** A sink's contribution to the configuration: its keys, its rules, and its resolved form. */
import type { OptionTree, Values } from './option.js'
import type { Rule } from './rule.js'

/** What a sink's rules look at apart from its own keys. */
export interface SinkSurroundings {
  readonly topic: string | null
  readonly throughput: { readonly rate: number | null; readonly interval: number | null }
  readonly tasks: { readonly max: number }
}

/** One per sink type, in `options.ts` of its folder. `C`: the sink's configuration as the program uses it. */
export interface SinkSpec<T extends OptionTree, C extends object> {
  /** The keys below `sink`. Two sinks may share a key, if it is a choice even with different words. */
  readonly options: T
  /** From checked values; relative paths start from `folder`. */
  configure(values: Values<T>, folder: string): C
  /** A target that only one sink can write to at a time; null: no such limit. */
  target(config: C, topic: string | null): string | null
  /** Whether we store its checkpoints, so that positions can be moved and records verified against them. */
  readonly keepsPositions: boolean
  /** What the sink needs apart from its own keys. */
  rules?(surroundings: SinkSurroundings): Rule[]
}

export function defineSink<const T extends OptionTree, C extends object>(spec: SinkSpec<T, C>): SinkSpec<T, C> {
  return spec
}
