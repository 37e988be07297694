import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { WebSocket } from 'ws'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { Member } from '#src/sink/websocket-server/member.js'
import { OwnStream } from '#src/sink/websocket-server/own-stream.js'
import { PooledStream } from '#src/sink/websocket-server/stream-pool.js'

const model = await loadModel('models/customers.json')
const noSchema = (): never => assert.fail('json has no schema')

/** A client whose network takes so many bytes, and then nothing more. */
function memberOf(takes: number, bufferBytes: number, onSlow: 'drop' | 'disconnect') {
  const taken: Buffer[] = []
  let room = takes
  const stream = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, done) {
      taken.push(bytes)
      room -= bytes.length
      if (room > 0) done()
    },
  })
  const closed: { code: number; reason: string }[] = []
  const socket = {
    OPEN: 1,
    readyState: 1,
    terminate: () => undefined,
    close(code: number, reason: string) {
      this.readyState = 2
      closed.push({ code, reason })
    },
  }
  const member = new Member(1, socket as unknown as WebSocket, stream, 'test', { bufferBytes, onSlow })
  return { member, closed, bytes: () => Buffer.concat(taken) }
}

function streamOf(member: Member, batchSize: number, rate: number, maxRecords: number | null, now: number): OwnStream {
  const pooled = new PooledStream('', openGenerator(model, { capacity: batchSize }), noSchema)
  const request = { position: 0, batchSize, rate, maxRecords, conditions: undefined, format: 'ndjson' as const }
  return new OwnStream(member, request, pooled, now)
}

describe("a client's own stream", () => {
  test('has sent, at any time, the batches that its rate makes due, however late the wake-ups are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 1, max: 5_000, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { maxLength: 8 }),
        (batchSize, rate, waits) => {
          const { member } = memberOf(Infinity, 1e9, 'drop')
          const stream = streamOf(member, batchSize, rate, null, 1000)
          let now = 1000
          for (const wait of [0, ...waits]) {
            now += wait
            if (stream.due <= now) stream.fire(now)
            // Due in the time since the start, and at most one batch ahead, for a batch goes at its beginning.
            const ahead = member.status().records - ((now - 1000) * rate) / 1000
            assert.ok(ahead > -1e-6 && ahead <= batchSize + 1e-6, `${ahead} records ahead`)
            assert.ok(stream.due > now)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('catches up with one second after a stall, and no more', () => {
    const { member } = memberOf(Infinity, 1e9, 'drop')
    const stream = streamOf(member, 10, 100, null, 0)
    stream.fire(0)
    stream.fire(60_000)
    assert.equal(member.status().records, 10 + 110)
    assert.equal(stream.due, 60_100)
    assert.equal(member.dropped, 0)
  })

  test('ends after max_records, with a last batch that is as large as is left', () => {
    const { member, closed, bytes } = memberOf(Infinity, 1e9, 'drop')
    const stream = streamOf(member, 10, 1000, 25, 0)
    assert.deepEqual([stream.fire(0), stream.fire(10), stream.fire(20)], [true, true, false])
    assert.deepEqual(closed, [{ code: 1000, reason: 'complete' }])
    assert.equal(bytes().toString('latin1').split('\n').length - 1, 25)
  })

  test('holds no more than its buffer for a client that does not read; every position is sent or dropped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1000, max: 20_000 }), (takes, bufferBytes) => {
        const { member } = memberOf(takes, bufferBytes, 'drop')
        const stream = streamOf(member, 3, 3000, null, 0)
        for (let now = 0; now <= 100; now++) {
          stream.fire(now)
          const { records, dropped, bufferedBytes, position } = member.status()
          assert.ok(bufferedBytes <= bufferBytes, `${bufferedBytes} of ${bufferBytes}`)
          assert.equal(position, records + dropped)
          assert.equal(position, 3 * (now + 1))
        }
      }),
      { numRuns: 10 },
    )
  })

  test('is cut off where that is the policy, and told where to go on', () => {
    const { member, closed } = memberOf(0, 1000, 'disconnect')
    const stream = streamOf(member, 2, 1000, null, 0)
    let now = 0
    while (stream.fire(now)) now += 2
    const { records, dropped } = member.status()
    assert.equal(dropped, 0)
    assert.deepEqual(closed, [
      { code: 1008, reason: `too slow: 1000 bytes wait to be read; continue from position ${records}` },
    ])
  })
})
