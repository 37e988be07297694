import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { folderFor } from './folder.js'
import { registryDown } from './registry-down.js'

test('a registry that is down at the start and in mid-run delays a stream, and harms nothing', async (t) => {
  const name = uniqueName('test-registry-down')
  deleteAfter(t, name, `${name}-checkpoints`)
  const { recoveryMs, ...verdict } = await registryDown(await folderFor(t), name)
  t.diagnostic(`records came ${recoveryMs.toFixed()} ms after the registry`)
  assert.deepEqual(verdict, { records: 6000, missing: 0, doubled: 0, altered: 0, outOfOrder: 0 })
})
