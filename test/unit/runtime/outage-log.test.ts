import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenesisError, type ErrorCode } from '#src/errors.js'
import { OutageLog } from '#src/runtime/outage-log.js'
import { asFailure } from '#src/runtime/task-events.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

const failure = (code: ErrorCode) => asFailure(new GenesisError(code, 'as scripted'))
const named = (name: string) => ({ name, sinkName: null })

function setUp() {
  const clock = new SimulatedClock()
  const notes: string[] = []
  const codes = new Set<unknown>()
  const log = new OutageLog((level, message, fields) => {
    notes.push(`${level} ${message}`)
    if (level === 'warn') codes.add(fields.code)
  }, clock)
  const after = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
  return { notes, codes, log, after, clock }
}

describe('an outage', () => {
  test('is one note when it begins, one a minute and one when it is over, for all tasks of all connectors', async () => {
    const { notes, codes: noted, log, after } = setUp()
    const codes: ErrorCode[] = ['KAFKA_UNREACHABLE', 'KAFKA_TIMEOUT', 'KAFKA_RETRIABLE']
    for (let second = 0; second < 130; second++) {
      for (const name of ['a', 'b', 'c']) {
        for (const shard of [0, 1]) log.task(named(name), shard, 'RESTARTING', failure(codes[(second + shard) % 3]))
      }
      await after(1000)
    }
    for (const name of ['a', 'b', 'c']) for (const shard of [0, 1]) log.task(named(name), shard, 'RUNNING', null)
    await after(2000)
    assert.deepEqual(notes, [
      'warn waiting for Kafka: as scripted (KAFKA_UNREACHABLE). Tasks will resume automatically',
      'warn still waiting for Kafka after 1 min 0 s: 3 connectors (6 tasks): a, b, c',
      'warn still waiting for Kafka after 2 min 0 s: 3 connectors (6 tasks): a, b, c',
      'info Kafka is back after 2 min 10 s: 3 connectors (6 tasks) resumed',
    ])
    assert.deepEqual([...noted], ['KAFKA_UNREACHABLE'])
    await after(120_000)
    assert.equal(notes.length, 4)
  })

  test('goes on where a task fails again as soon as it has resumed', async () => {
    const { notes, log, after } = setUp()
    for (let i = 0; i < 20; i++) {
      log.task(named('a'), 0, 'RESTARTING', failure('KAFKA_TIMEOUT'))
      await after(300)
      log.task(named('a'), 0, 'RUNNING', null)
      await after(300)
    }
    await after(2000)
    assert.equal(notes.length, 2)
    assert.equal(notes[1], 'info Kafka is back after 12 s: 1 connector resumed')
  })

  test('is kept apart from a concurrent one', async () => {
    const { notes, log, after } = setUp()
    log.task(named('a'), 0, 'RESTARTING', failure('DISK_FULL'))
    log.task(named('b'), 0, 'RESTARTING', failure('REGISTRY_UNREACHABLE'))
    await after(5000)
    log.task(named('a'), 0, 'RUNNING', null)
    await after(2000)
    assert.equal(notes.at(-1), 'info disk space is back after 5.0 s: 1 connector resumed')
    assert.equal(notes.length, 3)
    log.close()
  })

  test('has no end to report where the tasks have failed or were stopped', async () => {
    const { notes, log, after } = setUp()
    log.task(named('a'), 0, 'RESTARTING', failure('KAFKA_UNREACHABLE'))
    log.task(named('b'), 0, 'RESTARTING', failure('KAFKA_UNREACHABLE'))
    assert.equal(log.task(named('a'), 0, 'FAILED', failure('KAFKA_UNREACHABLE')), false)
    log.task(named('b'), 0, 'STOPPED', null)
    await after(120_000)
    assert.equal(notes.length, 1)
  })

  test('is not what may never pass', () => {
    const { notes, log } = setUp()
    assert.equal(log.task(named('a'), 0, 'RESTARTING', failure('SINK_FAILED')), false)
    assert.deepEqual(notes, [])
  })
})
