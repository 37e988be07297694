import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { folderFor } from './folder.js'
import { killedRun } from './killed-run.js'

for (const [client, kills] of [
  ['wire', 5],
  ['kafkajs', 3],
] as const)
  test(`a topic is exactly its stream after ${kills} SIGKILLs of genesis run at random moments (${client})`, async (t) => {
    const name = uniqueName('test-sigkill')
    deleteAfter(t, name, `${name}-checkpoints`)
    const { files, counts, recoveryMs, ...verdict } = await killedRun(await folderFor(t), { name, client, kills })
    t.diagnostic(`records after each kill: ${counts.join(' ')}; the last start took ${recoveryMs.toFixed()} ms`)
    const { records } = files
    assert.deepEqual(verdict, { records, missing: 0, doubled: 0, altered: 0, outOfOrder: 0 })
    assert.ok(
      counts.some((count) => count > 0 && count < records),
      'no kill met a stream under way',
    )
  })
