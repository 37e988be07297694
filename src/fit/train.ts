import { availableParallelism } from 'node:os'
import type { Circuit, CodedTable } from '../model/circuit.js'
import { chooseStates, shortEpochs, type StatesCandidate } from './choose-states.js'
import { mutualInformation } from './dependence.js'
import { rootCheaply } from './root.js'
import { openEpochs } from './job.js'
import { run, type Begun, type RunOptions } from './run.js'
import { maximumSpanningTree } from './spanning-tree.js'
import type { CodeGroups } from './smoothing.js'
import { sharedTable, someRows } from './table-parts.js'

export interface TrainOptions {
  /** The number of hidden states H; `auto`: the smallest sufficient one of 16, 32, 64 and 128 (choose-states.ts). */
  readonly states: number | 'auto'
  readonly seed: number
  /** Passes over the table. @default depends on its size */
  readonly epochs?: number
  /** Number of threads; the result does not depend on it. @default one per core */
  readonly threads?: number
  /** Rows in the same codes that are not trained on. They select H and the best epoch. */
  readonly heldOut?: CodedTable
  /** By column: the number of its codes, starting at 0, that are in value order; 0: its codes have no order. @default all 0 */
  readonly ordered?: readonly number[]
  /** By column: divisions of its codes into groups that are alike, such as combinations by one of their parts. @default none */
  readonly alike?: readonly (readonly CodeGroups[])[]
  /** Aborting ends training early with the best circuit so far and is not an error. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
}

export interface TrainProgress {
  readonly phase: 'choosing' | 'training'
  readonly states: number
  /** The completed epoch, counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Log-likelihood in nats per row; `heldOut` is null without held-out rows. */
  readonly train: number
  readonly heldOut: number | null
  /** Estimated time until this phase ends. */
  readonly remainingMs: number
}

export interface TrainReport {
  readonly rows: number
  readonly states: number
  /** Epochs completed. */
  readonly epochs: number
  readonly threads: number
  /** Log-likelihood of the returned circuit in nats per row; null if there were no such rows or no epoch was completed. */
  readonly logLikelihood: { readonly train: number | null; readonly heldOut: number | null }
  /** The sizes tried for `auto`; otherwise empty. */
  readonly candidates: readonly StatesCandidate[]
  readonly aborted: boolean
  readonly elapsedMs: number
}

export interface Trained {
  readonly circuit: Circuit
  readonly report: TrainReport
}

/** Maximum number of held-out rows evaluated after each epoch. */
const heldOutLimit = 8192

/**
 * Trains a hidden Chow-Liu tree: pairwise dependence, maximum spanning tree, mini-batch EM. The circuit depends only on the table, the
 * options and the seed, not on the number of threads. `table` must have at least one row and one column.
 */
export async function train(table: CodedTable, options: TrainOptions): Promise<Trained> {
  const began = performance.now()
  const { seed, signal, ordered = [], alike = [] } = options
  const threads = options.threads ?? availableParallelism()
  const shared = sharedTable(table)
  const neighbours = maximumSpanningTree(mutualInformation(table, ordered))
  const parent = rootCheaply(neighbours, table)
  const heldOut = options.heldOut === undefined ? undefined : sharedTable(someRows(options.heldOut, heldOutLimit))
  const base = { seed, threads, parent, ordered, alike, table: shared, heldOut, signal }
  const epochs = options.epochs ?? defaultEpochs(table.rows)
  const phase = (phase: TrainProgress['phase'], states: number, epochs: number, begun: Begun | null): RunOptions => {
    const from = performance.now()
    const done = begun?.last.epoch ?? 0
    return {
      ...{ ...base, states, epochs, begun },
      onEpoch: ({ epoch, train, heldOut }) => {
        const remainingMs = ((performance.now() - from) / (epoch - done)) * (epochs - epoch)
        options.onProgress?.({ phase, states, epoch, epochs, train, heldOut, remainingMs })
      },
    }
  }
  const copyAfter = Math.min(openEpochs(shortEpochs), openEpochs(epochs))
  const choice =
    options.states === 'auto'
      ? await chooseStates(shared, heldOut, (states) => ({
          ...phase('choosing', states, shortEpochs, null),
          copyAfter,
        }))
      : { states: options.states, candidates: [], short: null }
  const begun = choice.short?.begun ?? null
  const long = await run(phase('training', choice.states, epochs, begun))
  // If it was aborted before its first epoch, the short run is better.
  const isLonger = long.epochs > (begun?.last.epoch ?? 0)
  const result = (isLonger ? null : choice.short) ?? { ...long, rows: table.rows }
  return {
    circuit: result.circuit,
    report: {
      rows: result.rows,
      states: choice.states,
      epochs: result.epochs,
      threads,
      logLikelihood: { train: result.epoch?.train ?? null, heldOut: result.epoch?.heldOut ?? null },
      candidates: choice.candidates,
      aborted: signal?.aborted ?? false,
      elapsedMs: performance.now() - began,
    },
  }
}

/** Large tables need fewer passes, because what matters is the number of steps. */
function defaultEpochs(rows: number): number {
  return Math.min(60, Math.max(8, Math.round(4e5 / rows)))
}
