import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CodedTable } from '#src/model/circuit.js'
import { mutualInformation } from '#src/fit/dependence.js'
import { adjacentLevels, frequentLevels } from '#src/fit/levels.js'
import { Patterns } from '#src/fit/patterns.js'
import { TrainingRandom } from '#src/fit/random.js'
import { rootCheaply } from '#src/fit/root.js'
import { rootedAt, maximumSpanningTree } from '#src/fit/spanning-tree.js'

const columns = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 4 })).chain(([rows, count]) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: rows, maxLength: rows }), {
    minLength: count,
    maxLength: count,
  }),
)

function tableOf(columns: number[][]): CodedTable {
  return { rows: columns[0].length, sizes: columns.map(() => 6), codes: columns.map((c) => Uint16Array.from(c)) }
}

test('mutual information is H(a) + H(b) − H(a, b), less its bias', () => {
  const entropy = (keys: string[]): number => {
    return tally(keys).reduce((sum, count) => sum - (count / keys.length) * Math.log(count / keys.length), 0)
  }
  fc.assert(
    fc.property(columns, (columns) => {
      const matrix = mutualInformation(tableOf(columns))
      columns.forEach((a, i) =>
        columns.forEach((b, j) => {
          if (i === j) return
          const texts = [a.map(String), b.map(String), a.map((value, row) => `${value} ${b[row]}`)]
          const [ha, hb, hab] = texts.map(entropy)
          const freedom = (new Set(a).size - 1) * (new Set(b).size - 1)
          const expected = ha + hb - hab - freedom / (2 * a.length)
          assert.ok(Math.abs(matrix[i][j] - expected) < 1e-9)
        }),
      )
    }),
  )
})

test('levels are at most 24', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 }), (counts) => {
      for (const map of [frequentLevels(counts), adjacentLevels(counts)]) {
        assert.equal(map.length, counts.length)
        assert.ok(map.every((level) => level < 24))
      }
    }),
  )
})

test('up to 24 codes keep a level each', () => {
  const counts = [5, 1, 9, 2, 0.5]
  assert.equal(new Set(frequentLevels(counts)).size, 5)
  assert.equal(new Set(adjacentLevels(Array.from({ length: 24 }, (_, i) => 1 + (i % 5) * 50))).size, 24)
})

test('codes of equal mass are dealt to levels of equal mass', () => {
  const map = adjacentLevels(new Array<number>(96).fill(10))
  assert.deepEqual(tally([...map]), new Array<number>(24).fill(4))
  assert.deepEqual(
    [...map],
    [...map].toSorted((a, b) => a - b),
  )
})

test('a heavy code has a level of its own and leaves the others theirs', () => {
  for (const heavy of [0, 50, 99]) {
    const map = adjacentLevels(Array.from({ length: 100 }, (_, code) => (code === heavy ? 10_000 : 10)))
    assert.equal(map.filter((level) => level === map[heavy]).length, 1)
    assert.equal(new Set(map).size, 24)
  }
})

test('the spanning tree finds a chain from its dependence', () => {
  const random = new TrainingRandom(1)
  const chain: number[][] = [[], [], [], [], []]
  for (let row = 0; row < 4000; row++) {
    let value = random.below(4)
    for (const column of [3, 0, 4, 1, 2]) {
      if (random.uniform() < 0.3) value = random.below(4)
      chain[column].push(value)
    }
  }
  const neighbours = maximumSpanningTree(mutualInformation(tableOf(chain)))
  assert.deepEqual(
    neighbours.map((nodes) => nodes.toSorted()),
    [[3, 4], [2, 4], [1], [0], [0, 1]],
  )
})

test('no spanning tree weighs more', () => {
  const weightsOf = fc
    .integer({ min: 2, max: 5 })
    .chain((n) =>
      fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n * n, maxLength: n * n })
        .map((values) =>
          Array.from({ length: n }, (_, i) =>
            Array.from({ length: n }, (_, j) => values[Math.min(i, j) * n + Math.max(i, j)]),
          ),
        ),
    )
  fc.assert(
    fc.property(weightsOf, (weights) => {
      const weigh = (parent: number[]): number =>
        parent.reduce((sum, above, node) => sum + (above < 0 ? 0 : weights[above][node]), 0)
      const own = weigh(rootedAt(0, maximumSpanningTree(weights)))
      for (const parent of treesOf(weights.length)) assert.ok(weigh(parent) <= own + 1e-12)
    }),
  )
})

test('whatever the root, the tree has the same edges', () => {
  const table = tableOf([
    [0, 1, 2, 3, 0],
    [0, 1, 2, 3, 1],
    [0, 0, 1, 1, 0],
    [1, 0, 0, 1, 1],
  ])
  const neighbours = [[1], [0, 2, 3], [1], [1]]
  const parent = rootCheaply(neighbours, table)
  const edges = parent.flatMap((above, node) =>
    above < 0 ? [] : [[Math.min(above, node), Math.max(above, node)].join()],
  )
  assert.deepEqual(edges.toSorted(), ['0,1', '1,2', '1,3'])
})

test('patterns number the distinct rows of every subtree', () => {
  fc.assert(
    fc.property(columns, (columns) => {
      const parent = [-1, 0, 1, 0].slice(0, columns.length)
      const below = [columns.map((_, j) => j), [1, 2], [2], [3]].map((nodes) => nodes.filter((j) => j < columns.length))
      const table = tableOf(columns)
      const order = Int32Array.from({ length: table.rows }, (_, row) => table.rows - 1 - row)
      const patterns = new Patterns(parent, table.rows)
      patterns.group(table.codes, order, 0, table.rows)
      const textOf = (node: number, u: number): string => {
        const children = parent.flatMap((above, child) => (above === node ? [child] : []))
        return [patterns.symbols[node][u], ...children.map((child) => textOf(child, patterns.above[child][u]))].join(
          ' ',
        )
      }
      parent.forEach((_, node) => {
        const expected = [...order].map((row) => below[node].map((j) => columns[j][row]).join(' '))
        const count = patterns.count[node]
        const found = Array.from({ length: count }, (_, u) => textOf(node, u))
        assert.deepEqual(found, [...new Set(expected)])
      })
      const weights = [...patterns.weight.subarray(0, patterns.count[0])]
      assert.equal(
        weights.reduce((sum, n) => sum + n, 0),
        table.rows,
      )
    }),
  )
})

/** How often each distinct value occurs. */
function tally<T>(values: readonly T[]): number[] {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}

/** Every tree on n nodes hung from node 0, as parents. */
function treesOf(n: number): number[][] {
  const trees: number[][] = []
  const choose = (parent: number[]): void => {
    if (parent.length === n) {
      const reaches = (node: number, steps: number): boolean =>
        node === 0 || (steps > 0 && reaches(parent[node], steps - 1))
      if (parent.every((_, node) => reaches(node, n))) trees.push(parent)
      return
    }
    for (let above = 0; above < n; above++) if (above !== parent.length) choose([...parent, above])
  }
  choose([-1])
  return trees
}
