import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConnectors } from '#src/config/connector-file.js'
import { loadWorker } from '#src/config/worker-file.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { shipped } from '../support/genesis.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { statesOfChanges, statesOfUpserts } from '../support/shop.js'
import { folderFor } from './folder.js'
import { committedAbove, finishRun, genesisRun, writeRun } from './genesis-run.js'

const kills = Number(process.env.GENESIS_KILLS ?? 1)
const reference = { connector: shipped('examples/shop/customers.yaml'), key: 'id', skew: 'zipf' }

/** Runs a connector of orders that is killed at random moments; its topic must be exact. */
async function killedRuns(t: TestContext, envelope: string): Promise<string> {
  const name = uniqueName(`test-lives-${envelope}`)
  deleteAfter(t, name, `${name}-checkpoints`)
  const files = await writeRun(await folderFor(t), {
    ...{ name, records: 1500 + 500 * kills, model: shipped('examples/shop/models/order.yaml'), key: 'order_id' },
    value: { format: 'avro', envelope },
    references: { column: 'customer_id', ...reference },
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
  return name
}

test(`orders have valid histories, as events and as rows, after ${kills} SIGKILLs of genesis run`, async (t) => {
  const states = await statesOfChanges(await killedRuns(t, 'debezium'))
  assert.deepEqual(await statesOfUpserts(await killedRuns(t, 'upsert')), states)
})
