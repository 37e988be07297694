import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { folderFor } from './folder.js'
import { finishExactly, killAtRandom, writeRun } from './genesis-run.js'

const kills = 2

test(`a topic is exactly its disturbed stream after ${kills} SIGKILLs of genesis run at random moments`, async (t) => {
  const name = uniqueName('test-disturbed-kill')
  deleteAfter(t, name, `${name}-checkpoints`)
  const files = await writeRun(await folderFor(t), {
    ...{ name, records: 600 * kills, value: { format: 'json' } },
    disturb: {
      late: { probability: 0.1, by: 50 },
      out_of_order: { probability: 0.1 },
      duplicate: { probability: 0.1 },
      null: { probability: 0.05 },
      malformed: { probability: 0.05 },
    },
  })
  await killAtRandom(files, kills)
  const report = await finishExactly(files)
  for (const { kind, expected, found } of report.disturbed ?? []) assert.equal(found, expected, kind)
})
