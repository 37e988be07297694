import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SyntheticGenerator } from '#src/index.js'
import { TestClient } from '../support/websocket-client.js'
import { startReceiver } from '../support/websocket-receiver.js'

function run(t: TestContext, example: string, argument: string): { child: ChildProcess; line: () => Promise<string> } {
  const path = fileURLToPath(new URL(`../../examples/${example}.js`, import.meta.url))
  const child = spawn(process.execPath, [path, argument], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })
  return { child, line: async () => ((await once(lines, 'line')) as [string])[0] }
}

test('examples/websocket-client.ts sends its records', async (t) => {
  const receiver = await startReceiver(t)
  const { child, line } = run(t, 'websocket-client', receiver.url)
  assert.equal(await line(), 'Total records sent: 100')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const generator = await SyntheticGenerator.load('models/customers.json')
  const rows = (await receiver.messages(100)).map((message) => JSON.parse(message.toString()) as unknown)
  assert.deepEqual(rows, generator.sample(100).toJSON())
})

test('examples/websocket-server.ts serves clients until Ctrl-C', async (t) => {
  const { child, line } = run(t, 'websocket-server', '0')
  const url = (await line()).replace('Listening on ', '')
  const client = new TestClient(t, `${url}?batch_size=10&rate=100&conditions={"segment":"premium"}`)
  const generator = await SyntheticGenerator.load('models/customers.json')
  assert.deepEqual(await client.rows(20), generator.sample(20, { conditions: { segment: 'premium' } }).toJSON())
  child.kill('SIGINT')
  assert.equal((await client.closed).code, 1001)
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
