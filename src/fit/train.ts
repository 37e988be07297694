import { availableParallelism } from 'node:os'
import type { Circuit, CodedTable } from '../model/circuit.js'
import { chooseStates, type StatesCandidate } from './choose-states.js'
import { mutualInformation } from './dependence.js'
import { hangCheaply } from './root.js'
import { run, type RunOptions } from './run.js'
import { maximumSpanningTree } from './spanning-tree.js'
import { sharedTable, someRows } from './table-parts.js'

export interface TrainOptions {
  /** H, or 'auto' for the smallest sufficient of 16, 32, 64 and 128 (choose-states.ts). */
  readonly states: number | 'auto'
  readonly seed: number
  /** Passes over the table; by default as many as its size needs. */
  readonly epochs?: number
  /** By default one per core. The result does not depend on it. */
  readonly threads?: number
  /** Rows that are not trained on, in the same codes: they choose H and the best epoch. */
  readonly heldOut?: CodedTable
  /** Per column: how many of its codes, from 0 on, are in the order of their values; 0 where codes have no order. */
  readonly ordered?: readonly number[]
  /** Aborting ends training early with the best circuit so far; it is not an error. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
}

export interface TrainProgress {
  readonly phase: 'choosing' | 'training'
  readonly states: number
  /** Completed epochs, from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Nats per row; heldOut is null without held-out rows. */
  readonly train: number
  readonly heldOut: number | null
  /** Until this phase ends. */
  readonly remainingMs: number
}

export interface TrainReport {
  readonly rows: number
  readonly states: number
  /** Epochs completed. */
  readonly epochs: number
  readonly threads: number
  /** Nats per row of the circuit returned; null where there were no such rows or no epoch was completed. */
  readonly logLikelihood: { readonly train: number | null; readonly heldOut: number | null }
  /** What was tried for 'auto'; empty otherwise. */
  readonly candidates: readonly StatesCandidate[]
  readonly aborted: boolean
  readonly elapsedMs: number
}

export interface Trained {
  readonly circuit: Circuit
  readonly report: TrainReport
}

/** Held-out rows that are looked at after each epoch. */
const heldOutLimit = 8192

/**
 * Trains a hidden Chow-Liu tree: dependence of every pair, maximum spanning tree, mini-batch EM. The circuit depends on
 * the table and the seed only, not on the number of threads. `table` has at least one row and one column.
 */
export async function train(table: CodedTable, options: TrainOptions): Promise<Trained> {
  const began = performance.now()
  const { seed, signal, ordered = [] } = options
  const threads = options.threads ?? availableParallelism()
  const shared = sharedTable(table)
  const neighbours = maximumSpanningTree(mutualInformation(table, ordered))
  const parent = hangCheaply(neighbours, table)
  const heldOut = options.heldOut === undefined ? undefined : sharedTable(someRows(options.heldOut, heldOutLimit))
  const base = { seed, threads, parent, ordered, table: shared, heldOut, signal }
  const phase = (phase: TrainProgress['phase'], states: number, epochs: number): RunOptions => {
    const from = performance.now()
    return {
      ...{ ...base, states, epochs },
      onEpoch: ({ epoch, train, heldOut }) => {
        const remainingMs = ((performance.now() - from) / epoch) * (epochs - epoch)
        options.onProgress?.({ phase, states, epoch, epochs, train, heldOut, remainingMs })
      },
    }
  }
  const choice =
    options.states === 'auto'
      ? await chooseStates(shared, heldOut, (states, epochs) => phase('choosing', states, epochs))
      : { states: options.states, candidates: [], short: null }
  const epochs = options.epochs ?? defaultEpochs(table.rows)
  const long = await run(phase('training', choice.states, epochs))
  // Ended before its first epoch: what the choice has trained is better than nothing.
  const result = (long.epoch === null ? choice.short : null) ?? { ...long, rows: table.rows }
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

/** A large table needs fewer passes: what counts is the number of steps. */
function defaultEpochs(rows: number): number {
  return Math.min(60, Math.max(8, Math.round(4e5 / rows)))
}
