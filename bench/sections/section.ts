export interface BenchContext {
  /** Where the brokers are; also in the environment, with the registry. */
  readonly brokers: string
  /** Rough but fast. */
  readonly quick: boolean
  readonly rounds: number
}

/** One section of the benchmark: measures, and prints its tables. */
export type Section = (context: BenchContext) => void | Promise<void>
