import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changesText, countHealths, errorOf, healthOf } from '#src/page/health.js'
import { pageConnector, pageTask } from '../../support/page-connectors.js'

describe('the state that the page shows', () => {
  test('is the worst of the tasks while the connector runs', () => {
    const of = (...states: ('RUNNING' | 'FAILED' | 'RESTARTING' | 'UNASSIGNED')[]): string =>
      healthOf(pageConnector('c', { tasks: states.map((state, id) => pageTask({ id, state })) }))
    assert.equal(of('RUNNING', 'RUNNING'), 'running')
    assert.equal(of('RUNNING', 'RESTARTING', 'FAILED'), 'failed')
    assert.equal(of('RUNNING', 'UNASSIGNED', 'RESTARTING'), 'retrying')
    assert.equal(of('RUNNING', 'UNASSIGNED'), 'starting')
  })

  test('is what was asked of it while it does not run', () => {
    const tasks = [pageTask({ state: 'FAILED' })]
    assert.equal(healthOf(pageConnector('c', { state: 'PAUSED', tasks })), 'paused')
    assert.equal(healthOf(pageConnector('c', { state: 'STOPPED', tasks: [] })), 'stopped')
  })

  test('is complete once everything is delivered, and not before', () => {
    assert.equal(healthOf(pageConnector('c', { complete: true })), 'complete')
    assert.equal(healthOf(pageConnector('c', { complete: true, tasks: [pageTask({ state: 'FAILED' })] })), 'failed')
  })

  test('comes with the first error', () => {
    const error = { code: 'KAFKA_UNREACHABLE', message: 'no broker answers' }
    assert.equal(errorOf(pageConnector('c', { tasks: [pageTask(), pageTask({ error })] })), error)
    assert.equal(errorOf(pageConnector('c')), null)
  })

  test('is counted', () => {
    const counts = countHealths([pageConnector('a'), pageConnector('b', { state: 'PAUSED' }), pageConnector('c')])
    assert.deepEqual(
      [...counts],
      [
        ['running', 2],
        ['paused', 1],
      ],
    )
  })
})

describe('a screen reader hears', () => {
  test('what has changed, by name', () => {
    const before = [pageConnector('a'), pageConnector('b'), pageConnector('c')]
    const after = [pageConnector('a'), pageConnector('b', { state: 'FAILED' }), pageConnector('d')]
    assert.equal(changesText(before, after), 'b: failed. d: running. c: deleted')
    assert.equal(changesText(before, before), '')
  })

  test('only how many have changed if there are more than three', () => {
    const after = ['a', 'b', 'c', 'd'].map((name) => pageConnector(name))
    assert.equal(changesText([], after), '4 connectors changed')
  })
})
