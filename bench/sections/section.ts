export interface BenchContext {
  /** Where the brokers are; the environment has them and the registry too. */
  readonly brokers: string
  /** Rough figures, fast. */
  readonly quick: boolean
  readonly rounds: number
}

/** One part of the benchmark: measures, and prints its tables. */
export type Section = (context: BenchContext) => void | Promise<void>
