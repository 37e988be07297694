import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countLine, StreamProgress } from '#src/cli/stream-progress.js'
import { emptyCounters } from '#src/delivery/counters.js'

function screen(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 80, written, write: (text: string) => written.push(text) }
}

const counters = { ...emptyCounters(0), records: 1000 }

test('a stream to a topic shows on a terminal how far it is, in one line that is gone at the end', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const out = screen(true)
  const progress = new StreamProgress(out, () => counters, {})
  t.mock.timers.tick(250)
  assert.match(out.written.splice(0).join(''), /^1000 records in [0-9.]+ s \(\d+\/s\)$/)
  progress.note('warn: x')
  assert.deepEqual(out.written.splice(0), ['\r\x1b[K', 'warn: x\n'])
  t.mock.timers.tick(250)
  out.written.length = 0
  progress.end()
  assert.deepEqual(out.written, ['\r\x1b[K'])
})

test('elsewhere it has a line every five seconds', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const out = screen(false)
  const progress = new StreamProgress(out, () => counters, {})
  t.mock.timers.tick(4_999)
  assert.deepEqual(out.written, [])
  t.mock.timers.tick(1)
  assert.match(out.written.join(''), /^1000 records in .*\n$/)
  progress.end()
})

test('one of a thing is not counted as several', () => {
  assert.equal(
    countLine({ ...counters, records: 1, errors: 1, retries: 2 }, 2),
    '1 record in 2.0 s (1/s), 1 error, 2 retries',
  )
  assert.equal(countLine(counters, 2), '1000 records in 2.0 s (500/s)')
})
