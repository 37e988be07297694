import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { shipped } from '../support/genesis.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { statesOfChanges, statesOfUpserts } from '../support/shop.js'
import { folderFor } from './folder.js'
import { finishExactly, killAtRandom, writeRun } from './genesis-run.js'

const kills = Number(process.env.GENESIS_KILLS ?? 1)
const reference = { connector: shipped('examples/shop/customers.yaml'), key: 'id', skew: 'zipf' }

/** Runs a connector of orders that is killed at random moments; its topic must be exact. */
async function killedRuns(t: TestContext, envelope: string): Promise<string> {
  const name = uniqueName(`test-lives-${envelope}`)
  deleteAfter(t, name, `${name}-checkpoints`)
  const files = await writeRun(await folderFor(t), {
    ...{ name, records: 1500 + 500 * kills, model: shipped('examples/shop/models/order.yaml'), key: 'order_id' },
    value: { format: 'avro', envelope, tombstones: false },
    references: { column: 'customer_id', ...reference },
  })
  await killAtRandom(files, kills)
  await finishExactly(files)
  return name
}

test(`orders have valid histories, as events and as rows, after ${kills} SIGKILLs of genesis run`, async (t) => {
  const states = await statesOfChanges(await killedRuns(t, 'debezium'))
  assert.deepEqual(await statesOfUpserts(await killedRuns(t, 'upsert')), states)
})
