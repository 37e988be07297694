/** What a sink says of itself to the configuration: its keys, what goes with them, and what they come to. */
import type { OptionTree, Values } from './option.js'
import type { Rule } from './rule.js'

/** What a sink's rules look at besides its own keys. */
export interface SinkSurroundings {
  readonly topic: string | null
  readonly throughput: { readonly rate: number | null; readonly interval: number | null }
  readonly tasks: { readonly max: number }
}

/** One per type of sink, in `options.ts` of its folder. `C`: the sink's configuration as the program uses it. */
export interface SinkSpec<T extends OptionTree, C extends object> {
  /** The keys below `sink`. Two sinks may share a key, in a choice also with other words. */
  readonly options: T
  /** From checked values; relative paths start from `folder`. */
  configure(values: Values<T>, folder: string): C
  /** What only one sink can write to at a time; null: any number can. */
  target(config: C, topic: string | null): string | null
  /** What the sink needs beyond its own keys. */
  rules?(surroundings: SinkSurroundings): Rule[]
}

export function defineSink<const T extends OptionTree, C extends object>(spec: SinkSpec<T, C>): SinkSpec<T, C> {
  return spec
}
