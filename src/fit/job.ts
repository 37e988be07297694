import type { CircuitShape } from './layout.js'
import type { Smoothing } from './smoothing.js'
import type { SharedMemory } from '../webassembly.js'

/** One training run as sent to its threads. Everything large is shared, not copied. */
export interface TrainingJob {
  readonly shape: CircuitShape
  readonly memory: SharedMemory
  readonly team: SharedArrayBuffer
  readonly seed: number
  readonly epochs: number
  readonly smoothing: Smoothing
  readonly rows: number
  readonly codes: readonly Uint16Array[]
  /** Mini-batches per epoch, of equal size to within one row. */
  readonly batches: number
  readonly heldOutRows: number
  readonly heldOutCodes: readonly Uint16Array[]
  /** Epochs done by a run that began in the same way; null: none. */
  readonly begun: BegunRun | null
  /** The epoch after which the layout's copies are made; 0: none. */
  readonly copyAfter: number
  /** Training ends as soon as the held-out likelihood is this much above a given one; null: never. */
  readonly enough: Gain | null
}

/** The first epochs of a run. */
export interface BegunRun {
  readonly last: EpochDone
  readonly best: EpochDone
}

/** An increase of the held-out log-likelihood, in nats per row. */
export interface Gain {
  readonly from: number
  readonly by: number
}

/** Reported after each epoch. Log-likelihoods are in nats per row; `heldOut` is null without held-out rows. */
export interface EpochDone {
  /** Counts from 1. */
  readonly epoch: number
  readonly train: number
  readonly heldOut: number | null
  /** Whether these are the best parameters so far. */
  readonly best: boolean
}

/** Mini-batches per epoch: of 1,024 rows, or fewer so that a small table still gets enough steps. */
export function batchesOf(rows: number): number {
  const batchRows = Math.min(1024, Math.max(128, rows / 16))
  return Math.ceil(rows / batchRows)
}

/** The share of a run's epochs after which the learning rate is kept small. */
const settlingShare = 0.75

/** The first epochs of a run whose learning rates do not depend on how many follow. */
export function openEpochs(epochs: number): number {
  return Math.floor(settlingShare * epochs)
}

/** Training ends when the held-out likelihood has not improved for this many epochs. */
export const patience = 5
/** Chunks of a mini-batch, which threads divide among themselves. Independent of the machine, because sums depend on it. */
export const chunksPerBatch = 4

/** Number of chunks of held-out rows. */
export function heldOutChunks(rows: number, chunkRows: number): number {
  return Math.ceil(rows / chunkRows)
}

/** The start of part `index` when `length` is divided into `parts` equal parts. */
export function boundary(length: number, parts: number, index: number): number {
  return Math.floor((length * index) / parts)
}
