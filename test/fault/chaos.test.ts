import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { groupFaults } from './chaos/faults.js'
import { chaosTopics, runChaos } from './chaos/run-chaos.js'
import { folderFor } from './folder.js'

// The core of `make chaos`: what takes seconds, and every kind of thing that others wait for.
const core = [
  'a worker is killed, and started again before it is missed',
  'a connector is deleted and created again',
  'the topic of the states is deleted',
  'connectors are paused, stopped and resumed',
]

test('a group of workers under faults: it settles after each, and every topic is exactly its stream', async (t) => {
  const prefix = uniqueName('test-chaos')
  const size = { prefix, workers: 2, connectors: 3 }
  deleteAfter(t, ...chaosTopics(size))
  const verdicts = await runChaos({
    ...{ ...size, seed: 1, recordsPerSecond: 600, seconds: 20, brokers: null },
    cluster: testCluster(),
    folder: await folderFor(t),
    faults: core.map((name) => groupFaults.find((fault) => fault.name === name)!),
    say: (line) => t.diagnostic(line),
  })
  assert.deepEqual(
    verdicts.filter(({ fault }) => fault !== null),
    [],
  )
  assert.ok(verdicts.every(({ records }) => records > 0))
})
