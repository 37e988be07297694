import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDependencies, type DependencyColumn } from '#src/fit/dependencies.js'
import { TrainingRandom } from '#src/fit/random.js'

const rows = 2000

function column(name: string, size: number, code: (row: number) => number, exact = true): DependencyColumn {
  return { name, size, exact, codes: Uint16Array.from({ length: rows }, (_, row) => code(row)) }
}

const random = new TrainingRandom(5)
const level = Uint16Array.from({ length: rows }, () => random.below(16))
const other = Uint16Array.from({ length: rows }, () => random.below(4))

test('a column that another one decides is found, with its value for each code', () => {
  const found = findDependencies([
    column('level', 16, (row) => level[row]),
    column('group', 4, (row) => level[row] >> 2),
  ])
  assert.equal(found.length, 1)
  assert.deepEqual([found[0].column, found[0].decider], [1, 0])
  assert.deepEqual(
    Array.from(found[0].values),
    Array.from({ length: 16 }, (_, code) => code >> 2),
  )
})

test('of two columns that decide each other the earlier one stays', () => {
  const found = findDependencies([
    column('name', 16, (row) => level[row]),
    column('number', 16, (row) => 15 - level[row]),
  ])
  assert.deepEqual(
    found.map((dependency) => [dependency.column, dependency.decider]),
    [[1, 0]],
  )
})

test('a chain is decided from its beginning', () => {
  const found = findDependencies([
    column('state', 4, (row) => level[row] >> 2),
    column('zip', 16, (row) => level[row]),
    column('county', 8, (row) => level[row] >> 1),
  ])
  assert.deepEqual(
    found.map((dependency) => [dependency.column, dependency.decider, Array.from(dependency.values).length]).sort(),
    [
      [0, 1, 16],
      [2, 1, 16],
    ],
  )
})

test('one row that breaks it is no dependency', () => {
  const broken = findDependencies([
    column('level', 16, (row) => level[row]),
    column('group', 4, (row) => (row === 1234 ? (level[row] >> 2) ^ 1 : level[row] >> 2)),
  ])
  assert.deepEqual(broken, [])
})

test('independent columns, constants, and columns that tell every row apart decide nothing', () => {
  const found = findDependencies([
    column('row', rows, (row) => row),
    column('level', 16, (row) => level[row]),
    column('other', 4, (row) => other[row]),
    column('constant', 1, () => 0),
  ])
  assert.deepEqual(found, [])
})

test('a column in bins does not decide', () => {
  const found = findDependencies([
    column('level', 16, (row) => level[row], false),
    column('group', 4, (row) => level[row] >> 2),
  ])
  assert.deepEqual(found, [])
})
