/**
 * One thread of a training run. All threads run this program in parallel and divide the work by `Barrier.take`. The result does not
 * depend on which thread computes what.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { Expectation } from './expectation.js'
import {
  boundary,
  chunksPerBatch,
  heldOutChunks,
  openEpochs,
  patience,
  type EpochDone,
  type TrainingJob,
} from './job.js'
import { copyTables, layoutIn, type Layout } from './layout.js'
import { Maximization, type EmStep } from './maximization.js'
import { plainKernel } from './plain-kernel.js'
import { TrainingRandom } from './random.js'
import { hasSimd, simdKernel } from './simd.js'
import { Barrier } from './barrier.js'

export interface WorkerData {
  readonly job: TrainingJob
  readonly thread: number
}

class TrainingThread {
  readonly #job: TrainingJob
  readonly #team: Barrier
  readonly #layout: Layout
  readonly #expectation: Expectation
  readonly #maximization: Maximization
  readonly #first: boolean
  readonly #report: (done: EpochDone) => void
  #steps = 0
  #best = -Infinity
  #bestEpoch = 0

  constructor({ job, thread }: WorkerData, report: (done: EpochDone) => void) {
    const { shape, memory } = job
    this.#job = job
    this.#team = new Barrier(job.team, shape.threads)
    const likelihoods = Math.max(shape.chunks, heldOutChunks(job.heldOutRows, shape.chunkRows))
    this.#layout = layoutIn(memory, shape, likelihoods)
    const kernel = hasSimd() ? simdKernel(memory) : plainKernel
    this.#expectation = new Expectation(this.#layout, kernel, shape.parent, shape.chunkRows, thread)
    this.#maximization = new Maximization(this.#layout, kernel, shape, job.smoothing, thread)
    this.#first = thread === 0
    this.#report = report
    if (job.begun === null) return
    const { last, best } = job.begun
    this.#steps = last.epoch * job.batches
    this.#best = scoreOf(best)
    this.#bestEpoch = best.epoch
  }

  run(): void {
    const { rows, seed, epochs, begun, copyAfter } = this.#job
    const done = begun?.last.epoch ?? 0
    const random = new TrainingRandom(seed)
    const order = Int32Array.from({ length: rows }, (_, row) => row)
    for (let epoch = 1; epoch <= epochs; epoch++) {
      random.shuffle(order)
      if (epoch <= done) continue
      const train = this.#epoch(order, epoch)
      if (this.#team.stopping) return
      const heldOut = this.#evaluate()
      const score = scoreOf({ epoch, heldOut })
      const best = score > this.#best
      if (best) {
        this.#best = score
        this.#bestEpoch = epoch
      }
      if (this.#first) {
        if (best) copyTables(this.#layout.best, this.#layout.parameters)
        if (epoch === copyAfter) this.#copy()
        this.#report({ epoch, train, heldOut, best })
      }
      this.#team.wait()
      if (this.#team.stopping || epoch - this.#bestEpoch >= patience || this.#isEnough(heldOut)) return
    }
  }

  #copy(): void {
    const { parameters, average, best, copies } = this.#layout
    copies?.forEach((copy, i) => copyTables(copy, [parameters, average, best][i]))
  }

  #isEnough(heldOut: number | null): boolean {
    const { enough } = this.#job
    return enough !== null && heldOut !== null && heldOut - enough.from >= enough.by
  }

  /** Trains one epoch. Returns the log-likelihood in nats per row, measured while the parameters change. */
  #epoch(order: Int32Array, epoch: number): number {
    const { rows, batches, epochs } = this.#job
    let total = 0
    for (let batch = 0; batch < batches; batch++) {
      const start = boundary(rows, batches, batch)
      const end = boundary(rows, batches, batch + 1)
      total += this.#batch(order, start, end, learningRate(this.#steps++, epoch, epochs))
      if (this.#team.stopping) break
    }
    return total / rows
  }

  #batch(order: Int32Array, start: number, end: number, rate: number): number {
    const { codes, shape } = this.#job
    const { statistics, likelihoods } = this.#layout
    const rows = end - start
    const chunks = Math.min(chunksPerBatch, rows)
    for (let chunk = this.#team.take(); chunk < chunks; chunk = this.#team.take()) {
      const from = start + boundary(rows, chunks, chunk)
      const to = start + boundary(rows, chunks, chunk + 1)
      likelihoods[chunk] = this.#expectation.expect(codes, order, from, to, statistics[chunk])
    }
    this.#team.wait()
    const step: EmStep = { rate, rows, chunks }
    const total = sum(likelihoods, chunks)
    for (let node = this.#team.take(); node < shape.parent.length; node = this.#team.take()) {
      this.#maximization.update(node, step)
    }
    this.#team.wait()
    return total
  }

  /** Held-out log-likelihood in nats per row. */
  #evaluate(): number | null {
    const { heldOutRows: rows, heldOutCodes, shape } = this.#job
    if (rows === 0) return null
    const chunks = heldOutChunks(rows, shape.chunkRows)
    const order = Int32Array.from({ length: rows }, (_, row) => row)
    const { likelihoods } = this.#layout
    for (let chunk = this.#team.take(); chunk < chunks; chunk = this.#team.take()) {
      const from = boundary(rows, chunks, chunk)
      const to = boundary(rows, chunks, chunk + 1)
      likelihoods[chunk] = this.#expectation.logLikelihood(heldOutCodes, order, from, to)
    }
    this.#team.wait()
    return sum(likelihoods, chunks) / rows
  }
}

/** Weight of a mini-batch in the averages. It decreases during training, and is small in the last quarter so that averages settle. */
function learningRate(step: number, epoch: number, epochs: number): number {
  const rate = (step + 2) ** -0.6
  return epoch > openEpochs(epochs) ? Math.min(rate, 0.05) : rate
}

/** What the best epoch is chosen by. */
function scoreOf({ epoch, heldOut }: Pick<EpochDone, 'epoch' | 'heldOut'>): number {
  return heldOut ?? epoch
}

function sum(values: Float64Array, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += values[i]
  return total
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  new TrainingThread(workerData as WorkerData, (done) => port.postMessage(done)).run()
}
