import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConnectors } from '#src/config/connector-file.js'
import { loadWorker } from '#src/config/worker-file.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { folderFor } from './folder.js'
import { committedAbove, finishRun, genesisRun, writeRun } from './genesis-run.js'

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
  let before = 0
  for (let kill = 0; kill < kills; kill++) {
    const child = genesisRun(files)
    const exit = once(child, 'exit')
    await committedAbove(before, files, child)
    await Promise.race([sleep(Math.random() * 250), exit])
    child.kill('SIGKILL')
    await exit
    before = await committedAbove(-1, files, child)
  }
  await finishRun(genesisRun(files))
  const [connector] = await loadConnectors([files.connector], process.env)
  const report = await verifyConnector(connector, await loadWorker(files.worker, process.env))
  assert.deepEqual([report.exact, report.found], [true, files.records])
  for (const { kind, expected, found } of report.disturbed ?? []) assert.equal(found, expected, kind)
})
