import { test, suite } from 'node:test'
import assert from 'node:assert/strict'
import type { Circuit, CodedTable } from '#src/model/circuit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { train, type TrainOptions, type TrainProgress } from '#src/fit/train.js'
import { isValid, logLikelihood, randomCircuit, sampleTable } from './known-circuit.js'

const truth = randomCircuit(4, [-1, 0, 0, 2, 2], [5, 3, 7, 4, 6], 1)
const table = sampleTable(truth, 6000, 2)
const heldOut = sampleTable(truth, 2000, 3)
const small = sampleTable(truth, 1500, 4)

function bytesOf({ parent, prior, transitions, emissions }: Circuit): string {
  const tables = [prior, ...transitions, ...emissions]
  return `${parent.join()} ${tables.map((t) => Buffer.from(t.buffer, t.byteOffset, t.byteLength).toString('hex')).join()}`
}

function tableOf(columns: number[][], sizes = columns.map((column) => Math.max(0, ...column) + 1)): CodedTable {
  return { rows: columns[0].length, sizes, codes: columns.map((column) => Uint16Array.from(column)) }
}

void suite('training', () => {
  test('likelihood rises and approaches that of the circuit the rows were drawn from', async () => {
    const seen: TrainProgress[] = []
    const { circuit, report } = await train(table, {
      ...{ states: 8, seed: 1, heldOut, threads: 2 },
      onProgress: (progress) => seen.push(progress),
    })
    assert.ok(isValid(circuit, table.sizes))
    const likelihoods = seen.map(({ train }) => train)
    likelihoods.slice(1).forEach((likelihood, i) => assert.ok(likelihood > likelihoods[i] - 0.002, `epoch ${i + 2}`))
    const best = logLikelihood(truth, heldOut)
    const reached = logLikelihood(circuit, heldOut)
    assert.ok(reached > best - 0.03 && reached < best + 0.03, `${reached} of ${best}`)
    assert.ok(Math.abs(reached - report.logLikelihood.heldOut!) < 1e-4, 'its own likelihood is the exact one')
    assert.equal(report.logLikelihood.heldOut, Math.max(...seen.map(({ heldOut }) => heldOut!)))
    assert.deepEqual(
      seen.map(({ epoch, epochs, states }) => [epoch, epochs, states]),
      seen.map((_, i) => [i + 1, report.epochs, 8]),
    )
    assert.equal(seen.at(-1)?.remainingMs, 0)
  })

  test('the circuit depends on the seed and not on the number of threads', async () => {
    const options: TrainOptions = { states: 6, seed: 5, epochs: 3, heldOut }
    const circuits = await Promise.all([1, 2, 3].map((threads) => train(table, { ...options, threads })))
    const [one, two, three] = circuits.map(({ circuit }) => bytesOf(circuit))
    assert.equal(one, two)
    assert.equal(one, three)
    const other = await train(table, { ...options, seed: 6, threads: 2 })
    assert.notEqual(one, bytesOf(other.circuit))
  })

  test('auto takes as few states as do', async () => {
    const { circuit, report } = await train(small, { states: 'auto', seed: 1, epochs: 1, heldOut, threads: 2 })
    assert.equal(report.states, 16)
    assert.equal(circuit.states, 16)
    assert.deepEqual(
      report.candidates.map(({ states }) => states),
      [16, 32],
    )
  })

  test('auto takes more states where held-out rows become likelier', async () => {
    const values = Array.from({ length: 2000 }, (_, row) => (row * 7919) % 30)
    const codes = [values, values.map((value) => (value * 7) % 30)]
    const table = { rows: 2000, sizes: [30, 30], codes: codes.map((column) => Uint16Array.from(column)) }
    const { report } = await train(table, { states: 'auto', seed: 1, epochs: 1, threads: 2 })
    assert.ok(report.states > 16)
    const [first, second] = report.candidates
    assert.ok(second.heldOut > first.heldOut + 0.04)
  })

  test('auto does not try sizes that would take more numbers than the table has values, and more than a megabyte', async () => {
    const random = new TrainingRandom(1)
    const wide = (width: number): CodedTable =>
      tableOf(
        Array.from({ length: width }, () => Array.from({ length: 600 }, () => random.below(500))),
        Array<number>(width).fill(500),
      )
    const options: TrainOptions = { states: 'auto', seed: 1, epochs: 1, threads: 2 }
    // 32 states × 500 symbols × 25 columns are 400,000 numbers, for 15,000 values.
    const { report } = await train(wide(25), options)
    assert.deepEqual([report.states, report.candidates], [16, []])
    const { report: modest } = await train(wide(20), options)
    assert.deepEqual(
      modest.candidates.map(({ states }) => states),
      [16, 32],
    )
  })

  test('rare combinations borrow from others of the same part', async () => {
    const random = new TrainingRandom(3)
    const rowsOf = (rows: number): CodedTable => {
      const drawn = Array.from({ length: rows }, () => {
        const [a, b] = [random.below(40), random.below(8)]
        return [a * 8 + b, random.uniform() < 0.9 ? b : random.below(8), b >> 1]
      })
      return tableOf(
        [0, 1, 2].map((j) => drawn.map((row) => row[j])),
        [320, 8, 4],
      )
    }
    const [train1, heldOut] = [rowsOf(1000), rowsOf(1000)]
    const byPart = Array.from({ length: 8 }, (_, b) => Uint16Array.from({ length: 40 }, (_, a) => a * 8 + b))
    const options: TrainOptions = { states: 16, seed: 1, epochs: 6, heldOut }
    const alone = await train(train1, { ...options, threads: 2 })
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => train(train1, { ...options, threads, alike: [[byPart], [], []] })),
    )
    assert.ok(isValid(one.circuit, train1.sizes))
    assert.equal(bytesOf(one.circuit), bytesOf(two.circuit))
    const [before, after] = [alone, one].map(({ report }) => report.logLikelihood.heldOut!)
    assert.ok(after > before + 0.1, `${before} and ${after}`)
  })

  test('auto continues the short run of the chosen size', async () => {
    const seen: TrainProgress[] = []
    const options: TrainOptions = { states: 'auto', seed: 1, epochs: 6, heldOut, threads: 2 }
    const auto = await train(small, { ...options, onProgress: (progress) => seen.push(progress) })
    const fixed = await train(small, { ...options, states: auto.report.states })
    assert.equal(bytesOf(auto.circuit), bytesOf(fixed.circuit))
    assert.deepEqual([auto.report.epochs, auto.report.logLikelihood], [fixed.report.epochs, fixed.report.logLikelihood])
    const epochs = seen.filter(({ phase }) => phase === 'training').map(({ epoch }) => epoch)
    assert.deepEqual(epochs, [4, 5, 6])
  })

  test('auto tries the last size only until it is good enough', async () => {
    const values = Array.from({ length: 2000 }, (_, row) => (row * 7919) % 60)
    const codes = [values, values.map((value) => (value * 7) % 60)]
    const seen: TrainProgress[] = []
    const { report } = await train(tableOf(codes), {
      ...{ states: 'auto', seed: 1, epochs: 1, threads: 2 },
      onProgress: (progress) => seen.push(progress),
    })
    assert.equal(report.states, 64)
    const epochs = seen.filter(({ phase, states }) => phase === 'choosing' && states === 64)
    assert.ok(epochs.length < 5, `${epochs.length}`)
    const [before, last] = report.candidates.slice(-2)
    assert.ok(last.heldOut - before.heldOut >= 0.04)
  })

  test('aborting keeps the best circuit so far', async () => {
    const stop = new AbortController()
    const { circuit, report } = await train(table, {
      ...{ states: 8, seed: 1, epochs: 100_000, heldOut, threads: 2, signal: stop.signal },
      onProgress: ({ epoch }) => epoch === 2 && stop.abort(),
    })
    assert.ok(report.aborted)
    assert.ok(report.epochs >= 2 && report.epochs < 100_000)
    assert.ok(isValid(circuit, table.sizes))
    assert.ok(Math.abs(logLikelihood(circuit, heldOut) - report.logLikelihood.heldOut!) < 1e-4)
  })

  test('aborted while the states are chosen, the best of what was tried is kept', async () => {
    const stop = new AbortController()
    const { circuit, report } = await train(small, {
      ...{ states: 'auto', seed: 1, threads: 2, signal: stop.signal },
      onProgress: ({ states, epoch }) => states === 32 && epoch === 1 && stop.abort(),
    })
    assert.ok(report.aborted && report.epochs > 0)
    assert.ok(isValid(circuit, small.sizes))
    assert.equal(circuit.states, report.states)
    // A tenth is held out for the choice.
    assert.equal(report.rows, 0.9 * small.rows)
    const chosen = report.candidates.find(({ states }) => states === report.states)
    assert.equal(report.logLikelihood.heldOut, chosen?.heldOut)
  })

  test('aborted before it began, a valid circuit is still there', async () => {
    for (const states of [8, 'auto'] as const) {
      const { circuit, report } = await train(table, { states, seed: 1, signal: AbortSignal.abort() })
      assert.ok(isValid(circuit, table.sizes))
      assert.equal(report.epochs, 0)
      assert.deepEqual(report.logLikelihood, { train: null, heldOut: null })
    }
  })
})

void suite('tables at the edge', () => {
  const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
  const cases: Record<string, CodedTable> = {
    'one row': tableOf([[0], [1], [2]], [1, 2, 3]),
    'one column': tableOf([[0, 1, 2, 1, 0]]),
    'constant columns': tableOf([numbers(50).map(() => 0), numbers(50).map(() => 0), numbers(50).map((i) => i % 2)]),
    'all-distinct columns': tableOf([numbers(300), numbers(300).reverse(), numbers(300)]),
    '5,000 categories': tableOf([numbers(6000).map((i) => (i * 7919) % 5000), numbers(6000).map((i) => i % 3)]),
    'fewer rows than columns': tableOf(numbers(12).map((j) => [j % 2, 0, 1])),
    'symbols that never occur': tableOf([[0, 0, 1], [3, 3, 3]], [9, 70]),
  } // prettier-ignore
  for (const [name, edge] of Object.entries(cases)) {
    test(name, async () => {
      const { circuit, report } = await train(edge, { states: 12, seed: 3, epochs: 8, threads: 2 })
      assert.ok(isValid(circuit, edge.sizes))
      const own = logLikelihood(circuit, edge)
      assert.ok(Number.isFinite(own) && Number.isFinite(report.logLikelihood.train))
      // No worse than columns that know nothing of each other.
      const alone = edge.codes.reduce((sum, codes) => sum + entropy(codes), 0)
      assert.ok(own > -alone - 0.05 * edge.sizes.length, `${own} of ${-alone}`)
    })
  }
})

test('a circuit that no memory holds is refused at once', async () => {
  const codes = Array.from({ length: 20 }, () => Uint16Array.of(0, 1, 2))
  const wide = { rows: 3, sizes: codes.map(() => 60_000), codes }
  await assert.rejects(train(wide, { states: 128, seed: 1 }), { code: 'TABLE_INVALID' })
})

function entropy(codes: Uint16Array): number {
  const counts = new Map<number, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  let sum = 0
  for (const count of counts.values()) sum -= (count / codes.length) * Math.log(count / codes.length)
  return sum
}
