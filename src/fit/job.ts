import type { CircuitShape } from './layout.js'
import type { Smoothing } from './smoothing.js'
import type { SharedMemory } from './simd.js'

/** One training run as its threads receive it. Everything big is shared, not copied. */
export interface TrainingJob {
  readonly shape: CircuitShape
  readonly memory: SharedMemory
  readonly team: SharedArrayBuffer
  readonly seed: number
  readonly epochs: number
  readonly smoothing: Smoothing
  readonly rows: number
  readonly codes: readonly Uint16Array[]
  /** Mini-batches of an epoch, of equal size to within a row. */
  readonly batches: number
  readonly heldOutRows: number
  readonly heldOutCodes: readonly Uint16Array[]
}

/** What a run reports after each epoch. Log-likelihoods are nats per row; heldOut is null without held-out rows. */
export interface EpochDone {
  /** Counts from 1. */
  readonly epoch: number
  readonly train: number
  readonly heldOut: number | null
  /** Whether these are the best parameters so far. */
  readonly best: boolean
}

/** Mini-batches of an epoch: of 1,024 rows, or of fewer so that a small table still gets enough steps. */
export function batchesOf(rows: number): number {
  const batchRows = Math.min(1024, Math.max(128, rows / 16))
  return Math.ceil(rows / batchRows)
}

/** Training ends when the held-out likelihood has not risen for this many epochs. */
export const patience = 5
/** Parts of a mini-batch that threads share out. A property of the method, not of the machine: sums depend on it. */
export const chunksPerBatch = 4

/** Chunks that held-out rows are divided into. */
export function heldOutChunks(rows: number, chunkRows: number): number {
  return Math.ceil(rows / chunkRows)
}

/** Where part `index` of `parts` equal parts of `length` begins. */
export function boundary(length: number, parts: number, index: number): number {
  return Math.floor((length * index) / parts)
}
