import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderFor } from './folder.js'
import { killedFile } from './killed-file.js'

test('a file is exactly its stream after twenty SIGKILLs at random moments', async (t) => {
  const to = 400_000
  const { positions, files, complete, ...verdict } = await killedFile(await folderFor(t), 20, to)
  t.diagnostic(`checkpoints after each kill: ${positions.join(' ')}`)
  assert.deepEqual(verdict, { records: to, missing: 0, doubled: 0, altered: 0, outOfOrder: 0 })
  assert.ok(complete)
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  )
  assert.ok(
    positions.some((position) => position > 0 && position < to),
    'no kill met a stream under way',
  )
  assert.deepEqual(files, ['data.jsonl', 'data.jsonl.checkpoint'])
})
