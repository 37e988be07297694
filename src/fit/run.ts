import { Worker } from 'node:worker_threads'
import type { Circuit, CodedTable } from '../model/circuit.js'
import { GenesisError } from '../errors.js'
import { batchesOf, chunksPerBatch, heldOutChunks } from './job.js'
import type { BegunRun, EpochDone, Gain, TrainingJob } from './job.js'
import { bytesOf, copyTables, layoutIn, type Layout, type CircuitShape, type CircuitTables } from './layout.js'
import { plainKernel } from './plain-kernel.js'
import { smoothingOf, type CodeGroups } from './smoothing.js'
import { TrainingRandom } from './random.js'
import { sharedMemory, type SharedMemory } from '../webassembly.js'
import { start } from './start.js'
import { Barrier } from './barrier.js'
import type { WorkerData } from './worker.js'

export interface RunOptions {
  readonly states: number
  readonly epochs: number
  readonly seed: number
  readonly threads: number
  readonly parent: readonly number[]
  /** As in TrainOptions. */
  readonly ordered: readonly number[]
  /** As in TrainOptions. */
  readonly alike: readonly (readonly CodeGroups[])[]
  /** Codes must be in shared memory (`sharedTable`). */
  readonly table: CodedTable
  readonly heldOut: CodedTable | undefined
  /** The epoch after which the state is copied, so that a longer run can go on from it; 0: none. @default 0 */
  readonly copyAfter?: number
  /** A run with the same options, except for its epochs, that this one continues. */
  readonly begun?: Begun | null
  /** Training ends as soon as held-out rows are this much likelier. */
  readonly enough?: Gain | null
  readonly signal?: AbortSignal
  readonly onEpoch?: (done: EpochDone) => void
}

export interface RunResult {
  readonly circuit: Circuit
  /** The epoch that the parameters are from; null if training ended before the first was complete. */
  readonly epoch: EpochDone | null
  /** Number of epochs completed. */
  readonly epochs: number
  /** The state after the epoch `copyAfter`; null if that was not reached. */
  readonly begun: Begun | null
}

/** The first epochs of a run, and the memory with its state after them. */
export interface Begun extends BegunRun {
  readonly memory: SharedMemory
}

/** Maximum memory for training. WebAssembly is limited to 4 GiB. */
const maxBytes = 2 ** 31

/** Whether a run needs no more than the maximum memory. */
export function fitsInMemory(options: RunOptions): boolean {
  return bytesOf(shapeOf(options), likelihoodsOf(options)) <= maxBytes
}

/**
 * Trains one circuit of a given shape. Aborting ends training early with the best parameters so far and is not an error. Throws
 * TABLE_INVALID if the circuit does not fit in memory.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { states, epochs, seed, parent, ordered, alike, table, heldOut, signal } = options
  const smoothing = smoothingOf(table, states, ordered, alike)
  const shape = shapeOf(options)
  const { threads } = shape
  const likelihoods = likelihoodsOf(options)
  const bytes = bytesOf(shape, likelihoods)
  if (bytes > maxBytes)
    throw new GenesisError('TABLE_INVALID', 'training on this table needs too much memory', {
      found: `${table.sizes.length} columns with up to ${Math.max(...table.sizes)} symbols at ${states} hidden states: ${(bytes / 2 ** 30).toFixed(1)} GiB`,
      expected: `at most ${maxBytes / 2 ** 30} GiB`,
      remedy: 'Use fewer hidden states, or suppress rare categories.',
    })
  const { copyAfter = 0, enough = null, begun = null } = options
  const memory = begun?.memory ?? sharedMemory(bytes)
  const layout = layoutIn(memory, shape, likelihoods)
  if (begun === null) start(layout, parent, states, smoothing, table, new TrainingRandom(seed))
  else resume(layout)
  const team = Barrier.memory()
  const job: TrainingJob = {
    ...{ shape, memory, team, seed, epochs, smoothing, batches: batchesOf(table.rows), copyAfter, enough },
    begun: begun && { last: begun.last, best: begun.best },
    ...{ rows: table.rows, codes: table.codes, heldOutRows: heldOut?.rows ?? 0, heldOutCodes: heldOut?.codes ?? [] },
  }

  let best = begun?.best ?? null
  let done = begun?.last.epoch ?? 0
  let copied: Begun | null = null
  const onEpoch = (epoch: EpochDone): void => {
    done = epoch.epoch
    if (epoch.best) best = epoch
    if (done === copyAfter && best !== null) copied = { memory, last: epoch, best }
    options.onEpoch?.(epoch)
  }
  const stop = (): void => new Barrier(team, threads).askToStop()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted === true) stop()
  const workers = Array.from({ length: threads }, (_, thread) => startThread({ job, thread }, onEpoch))
  try {
    await Promise.all(workers.map(ended))
  } finally {
    signal?.removeEventListener('abort', stop)
    // If one has failed, the others are still waiting for it.
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return {
    circuit: circuitOf(layout, shape, best === null ? layout.parameters : layout.best),
    epoch: best,
    epochs: done,
    begun: copied,
  }
}

/** Puts the copied state back. */
function resume({ width, copies, parameters, average, best, transposed }: Layout): void {
  copies?.forEach((copy, i) => copyTables([parameters, average, best][i], copy))
  parameters.transitions.forEach((table, node) => {
    if (table.length > 0) plainKernel.transpose(transposed[node], table, width)
  })
}

function shapeOf({ states, parent, table, threads, copyAfter = 0, begun }: RunOptions): CircuitShape {
  const chunkRows = Math.ceil(Math.ceil(table.rows / batchesOf(table.rows)) / chunksPerBatch)
  const sizes = table.sizes
  return {
    states,
    parent,
    sizes,
    chunkRows,
    chunks: chunksPerBatch,
    threads: Math.min(threads, chunksPerBatch),
    copied: copyAfter > 0 || begun != null,
  }
}

function likelihoodsOf(options: RunOptions): number {
  return Math.max(chunksPerBatch, heldOutChunks(options.heldOut?.rows ?? 0, shapeOf(options).chunkRows))
}

function startThread(data: WorkerData, onEpoch: (done: EpochDone) => void): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data })
  worker.on('message', onEpoch)
  return worker
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}

/** The parameters without padding, with emissions by state. */
function circuitOf({ width }: Layout, { states, parent, sizes }: CircuitShape, tables: CircuitTables): Circuit {
  const transitions = tables.transitions.map((table, node) => {
    const result = new Float32Array(parent[node] < 0 ? 0 : states * states)
    for (let i = 0; i < result.length; i++) result[i] = table[Math.floor(i / states) * width + (i % states)]
    return result
  })
  const emissions = tables.emissions.map((table, node) => {
    const size = sizes[node]
    const result = new Float32Array(states * size)
    for (let z = 0; z < states; z++) {
      for (let symbol = 0; symbol < size; symbol++) result[z * size + symbol] = table[symbol * width + z]
    }
    return result
  })
  return { states, parent: [...parent], prior: tables.prior.slice(0, states), transitions, emissions }
}
