import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigLog, type ConfigListener } from '#src/herder/distributed/config-log.js'
import { currentSpan, outside, within } from '#src/telemetry/current-span.js'
import type { SpanContext } from '#src/telemetry/span.js'
import { MemoryLog, MemoryStore } from '../../support/memory-store.js'

const span: SpanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  isSampled: true,
}
const raw = { name: 'a', config: { topic: 't' }, file: null }

/** A worker's log, and the span within which it heard of each change. */
async function worker(log: MemoryLog) {
  const heard: (SpanContext | null)[] = []
  const hear = (): void => void heard.push(currentSpan())
  const listener: ConfigListener = { connector: hear, restart: hear, logger: hear, unreadable: hear }
  const store = new MemoryStore(log)
  const write = store.write.bind(store)
  // As over a network: whoever reads has another context than whoever writes.
  store.write = (records) => outside(() => write(records))
  const config = new ConfigLog(store, listener)
  await config.open()
  return { config, heard }
}

describe('a change in a group', () => {
  test('belongs to the span of the call, on every worker, if it is made while they run', async () => {
    const log = new MemoryLog()
    const [one, other] = [await worker(log), await worker(log)]
    await within(span, async () => {
      await one.config.create(raw, 'RUNNING')
      await one.config.target('a', 'PAUSED')
      await one.config.restart('a', { includeTasks: true, onlyFailed: false, tasks: null })
    })
    assert.deepEqual(one.heard, [span, span, span])
    assert.deepEqual(other.heard, [span, span, span])
    // Read again by a worker that starts later, it is no call any more.
    const { heard } = await worker(log)
    assert.ok(heard.length > 0)
    assert.deepEqual(new Set(heard), new Set([null]))
  })

  test('of a call without a span is written as it always was', async () => {
    const log = new MemoryLog()
    const { config, heard } = await worker(log)
    await config.create(raw, 'RUNNING')
    await config.target('a', 'PAUSED')
    assert.deepEqual(heard, [null, null])
    assert.deepEqual(
      log.records.map(({ value }) => value?.toString().includes('traceparent')),
      [false, false],
    )
  })
})
