import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'
import { folderFor } from './folder.js'
import { runSoak, soakTopics } from './soak/run-soak.js'

// The core of `make soak`: a few connectors for some seconds, each worker restarted or not.
test('workers under REST calls and restarts: nothing fails, and every topic and file is exactly its stream', async (t) => {
  const size = { prefix: uniqueName('test-soak'), connectors: 8 }
  deleteAfter(t, ...soakTopics(size))
  const { lines, faults } = await runSoak({
    ...{ ...size, seed: 2, seconds: 15, restartEverySeconds: 4, judgesGrowth: false },
    ...{
      folder: await folderFor(t),
      cluster: testCluster(),
      registryUrl: registryUrl(),
      say: (line) => t.diagnostic(line),
    },
  })
  for (const line of lines) t.diagnostic(line)
  assert.deepEqual(faults, [])
  assert.match(lines.join('\n'), /restarts: [1-9]/)
})
