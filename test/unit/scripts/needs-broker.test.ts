import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { needsBroker } from '../../../scripts/needs-broker.js'
import { folderWith } from '../config/folder.js'

test('tests start a broker if they, or what they import, read its address, and not otherwise', async (t) => {
  const folder = await folderWith(t, {
    'asks.js': "import { cluster } from './support.js'\n",
    'support.js': 'export const cluster = process.env.KAFKA_BROKERS\n',
    'alone.js': "import './each-other.js'\nconst { x } = await import('./pure.js')\n",
    'each-other.js': "import './alone.js'\n",
    'pure.js': 'export const x = 1\n',
    'starts.js': "import { climb } from './scripts/ladder.js'\n",
  })
  await mkdir(join(folder, 'scripts'))
  await writeFile(join(folder, 'scripts/ladder.js'), 'export const climb = () => process.env.KAFKA_BROKERS\n')
  const needs: string[] = []
  for (const file of ['asks.js', 'alone.js', 'starts.js']) if (await needsBroker(join(folder, file))) needs.push(file)
  assert.deepEqual(needs, ['asks.js'])
})

test('the unit tests need none, and the integration tests of the broker do', async () => {
  const built = new URL('../../', import.meta.url).pathname
  assert.equal(await needsBroker(join(built, 'unit/runtime/task.test.js')), false)
  assert.equal(await needsBroker(join(built, 'integration/quotas.test.js')), true)
})
