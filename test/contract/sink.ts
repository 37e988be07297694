/**
 * The laws of src/sink/sink.ts, for every implementation that keeps its checkpoint. Called with what makes sinks for one
 * shard over one durable place, and what reads that place.
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { Checkpoint, EncodedBatch } from '#src/record.js'
import type { Sink } from '#src/sink/sink.js'

/** A place where records of one shard become durable: a topic, a file. */
export interface SinkPlace {
  /** Another sink for the same shard, as another process would make it. */
  sink(): Sink
  /** The values that a reader who sees only committed records gets, in order, as text. */
  committed(): Promise<string[]>
  /** Whether a second sink may open while the first is open, and then fences it; otherwise its open is refused. */
  readonly takesOver: boolean
}

/** Values `value 0`, `value 1`, … by position, each ending with a line feed. */
export function batchOf(start: number, length: number, stride = 1): EncodedBatch {
  const texts = Array.from({ length }, (_, i) => Buffer.from(`value ${start + i * stride}\n`))
  const offsets = new Int32Array(2 * length + 1)
  let at = 0
  texts.forEach((text, i) => {
    offsets[2 * i] = offsets[2 * i + 1] = at
    at += text.length
    offsets[2 * i + 2] = at
  })
  return { start, stride, length, bytes: Buffer.concat(texts), offsets, hasKeys: false }
}

const at = (position: number): Checkpoint => ({ position, fingerprint: 'f00d', shards: 1 })
const values = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `value ${from + i}\n`)

export function sinkContract(name: string, makePlace: (t: TestContext) => Promise<SinkPlace>): void {
  describe(`${name} keeps the laws of a sink`, () => {
    test('nothing was delivered in a new place', async (t) => {
      const place = await makePlace(t)
      const sink = place.sink()
      assert.equal(await sink.open(), null)
      await sink.close()
      assert.deepEqual(await place.committed(), [])
    })

    test('records and checkpoint are there after a commit, for the next owner too', async (t) => {
      const place = await makePlace(t)
      const first = place.sink()
      await first.open()
      await first.write(batchOf(0, 10))
      await first.write(batchOf(10, 5))
      await first.commit(at(15))
      await first.write(batchOf(15, 5))
      await first.commit(at(20))
      await first.close()
      assert.deepEqual(await place.committed(), values(0, 20))
      const second = place.sink()
      assert.deepEqual(await second.open(), at(20))
      await second.close()
    })

    test('the buffers of a batch are free once write has resolved', async (t) => {
      const place = await makePlace(t)
      const sink = place.sink()
      await sink.open()
      const batch = batchOf(0, 100)
      await sink.write(batch)
      batch.bytes.fill(0x2a)
      batch.offsets.fill(0)
      await sink.commit(at(100))
      await sink.close()
      assert.deepEqual(await place.committed(), values(0, 100))
    })

    test('what is not committed is gone, and the same positions can be written again', async (t) => {
      const place = await makePlace(t)
      const first = place.sink()
      await first.open()
      await first.write(batchOf(0, 10))
      await first.commit(at(10))
      await first.write(batchOf(10, 10))
      await first.close()
      const second = place.sink()
      assert.deepEqual(await second.open(), at(10))
      await second.write(batchOf(10, 3))
      await second.commit(at(13))
      await second.close()
      assert.deepEqual(await place.committed(), values(0, 13))
    })

    test('a sink can be closed and opened anew', async (t) => {
      const place = await makePlace(t)
      const sink = place.sink()
      await sink.open()
      await sink.write(batchOf(0, 2))
      await sink.commit(at(2))
      await sink.write(batchOf(2, 2))
      await sink.close()
      assert.deepEqual(await sink.open(), at(2))
      await sink.write(batchOf(2, 4))
      await sink.commit(at(6))
      await sink.close()
      assert.deepEqual(await place.committed(), values(0, 6))
    })

    test('a checkpoint can move without records', async (t) => {
      const place = await makePlace(t)
      const sink = place.sink()
      await sink.open()
      await sink.commit(at(7))
      await sink.close()
      const next = place.sink()
      assert.deepEqual(await next.open(), at(7))
      await next.close()
      assert.deepEqual(await place.committed(), [])
    })

    test('close never rejects: before open, twice, or with a write under way', async (t) => {
      const place = await makePlace(t)
      const sink = place.sink()
      await sink.close()
      await sink.open()
      const writing = sink.write(batchOf(0, 1000)).catch(() => undefined)
      await sink.close()
      await sink.close()
      await writing
      assert.deepEqual(await place.committed(), [])
    })

    test('two owners at once never both deliver', async (t) => {
      const place = await makePlace(t)
      const [first, second] = [place.sink(), place.sink()]
      await first.open()
      await first.write(batchOf(0, 5))
      if (place.takesOver) {
        assert.equal(await second.open(), null)
        await second.write(batchOf(0, 2))
        await second.commit(at(2))
        await assert.rejects(first.commit(at(5)))
      } else {
        await assert.rejects(second.open())
        await first.commit(at(5))
      }
      await first.close()
      await second.close()
      assert.deepEqual(await place.committed(), values(0, place.takesOver ? 2 : 5))
    })
  })
}
