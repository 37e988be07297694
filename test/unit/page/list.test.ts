import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { select, windowOf, type Selection } from '#src/page/list-model.js'
import { workersOf } from '#src/page/workers-model.js'
import { pageConnector, pageTask } from '../../support/page-connectors.js'

const all: Selection = { text: '', health: null, sort: 'name', descending: false }

describe('the list', () => {
  const connectors = [
    pageConnector('load-10', { records_per_second: 5 }),
    pageConnector('load-9', { records_per_second: 50, lag_records_per_second: 3 }),
    pageConnector('orders', { state: 'FAILED', error: { code: 'SINK', message: 'Disk is full' } }),
  ]
  const names = (selection: Partial<Selection>): readonly string[] =>
    select(connectors, { ...all, ...selection }).map(({ name }) => name)

  test('is sorted by name, with numbers as numbers', () => {
    assert.deepEqual(names({}), ['load-9', 'load-10', 'orders'])
    assert.deepEqual(names({ descending: true }), ['orders', 'load-10', 'load-9'])
  })

  test('is sorted by figures, and states with the worst first', () => {
    assert.deepEqual(names({ sort: 'rate', descending: true }), ['load-9', 'load-10', 'orders'])
    assert.deepEqual(names({ sort: 'state' }), ['orders', 'load-9', 'load-10'])
  })

  test('is filtered by names, workers and errors in any case, and by state', () => {
    assert.deepEqual(names({ text: ' LOAD' }), ['load-9', 'load-10'])
    assert.deepEqual(names({ text: 'disk' }), ['orders'])
    assert.deepEqual(names({ text: 'a:80' }).length, 3)
    assert.deepEqual(names({ health: 'failed' }), ['orders'])
    assert.deepEqual(names({ health: 'running', text: '10' }), ['load-10'])
  })
})

describe('the window of a long list', () => {
  test('holds every visible row, and few others', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.nat(5000),
          rowHeight: fc.integer({ min: 20, max: 120 }),
          top: fc.integer({ min: -600_000, max: 2000 }),
          viewHeight: fc.integer({ min: 100, max: 3000 }),
        }),
        ({ rows, ...view }) => {
          const { first, last } = windowOf(rows, { ...view, overscan: 8 })
          assert.ok(first >= 0 && first <= last && last <= rows)
          assert.ok(last - first <= Math.ceil(view.viewHeight / view.rowHeight) + 2 + 16)
          for (const row of [0, first - 1, last, rows - 1, Math.floor(-view.top / view.rowHeight)]) {
            if (row < 0 || row >= rows || (row >= first && row < last)) continue
            const top = view.top + row * view.rowHeight
            assert.ok(top + view.rowHeight <= 0 || top >= view.viewHeight, `row ${row} is visible`)
          }
        },
      ),
    )
  })
})

describe('the workers', () => {
  test('are listed with what they run', () => {
    const tasks = [pageTask({ records_per_second: 2 }), pageTask({ id: 1, worker_id: 'b:8083', state: 'FAILED' })]
    const waiting = pageConnector('b', { worker_id: '', tasks: [pageTask({ state: 'UNASSIGNED', worker_id: '' })] })
    assert.deepEqual(workersOf([pageConnector('a', { tasks }), waiting]), [
      {
        id: 'a:8083',
        connectors: 1,
        tasks: [{ connector: 'a', id: 0, health: 'running', recordsPerSecond: 2 }],
        recordsPerSecond: 2,
      },
      {
        id: 'b:8083',
        connectors: 0,
        tasks: [{ connector: 'a', id: 1, health: 'failed', recordsPerSecond: 0 }],
        recordsPerSecond: 0,
      },
    ])
  })

  test('that run nothing are listed too, where the group has them', () => {
    const loads = workersOf([pageConnector('a', { tasks: [pageTask({})] })], ['b:8083', 'a:8083'])
    assert.deepEqual(
      loads.map(({ id, tasks }) => [id, tasks.length]),
      [
        ['a:8083', 1],
        ['b:8083', 0],
      ],
    )
  })
})
