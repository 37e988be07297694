/**
 * The laws of src/kafka/store.ts, for every implementation. Called with what makes the stores of one log.
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { Store, StoreEntry } from '#src/kafka/store.js'

/** One log. Its stores are closed when the test ends. */
export interface StoreLog {
  store(): Store
  /** The log goes, and an empty one takes its place. */
  recreate(): Promise<void>
}

const bytes = (text: string): Buffer => Buffer.from(text)

function snapshot(store: Store): Record<string, string> {
  return Object.fromEntries([...store.entries].map(([key, { value }]) => [key, String(value)]))
}

function told(store: Store): (string | null)[][] {
  const records: (string | null)[][] = []
  store.subscribe({
    record: ({ key, value }) => records.push([key, value?.toString() ?? null]),
    reset: () => records.push(['reset']),
  })
  return records
}

export function storeContract(name: string, makeLog: (t: TestContext) => StoreLog): void {
  const opened = async (t: TestContext, count: number): Promise<[StoreLog, ...Store[]]> => {
    const log = makeLog(t)
    const stores = Array.from({ length: count }, () => log.store())
    for (const store of stores) await store.open()
    return [log, ...stores]
  }

  describe(`${name} keeps the laws of a store`, () => {
    test('an empty log has no entries', async (t) => {
      const [, store] = await opened(t, 1)
      assert.deepEqual([snapshot(store), store.position], [{}, 0])
    })

    test('a write resolves with its place in the log, when the writer has read it', async (t) => {
      const [, store] = await opened(t, 1)
      const [first] = await store.write([{ key: 'a', value: bytes('1') }])
      const [second] = await store.write([{ key: 'b', value: bytes('2') }])
      assert.ok(first.offset < second.offset)
      assert.ok(second.offset < store.position)
      assert.deepEqual(snapshot(store), { a: '1', b: '2' })
      assert.deepEqual([first.key, first.value?.toString()], ['a', '1'])
    })

    test('the last record of a key counts, and a null value deletes it', async (t) => {
      const [, store] = await opened(t, 1)
      const records = told(store)
      await store.write([
        { key: 'a', value: bytes('1') },
        { key: 'b', value: bytes('1') },
        { key: 'a', value: bytes('2') },
        { key: 'b', value: null },
      ])
      assert.deepEqual(snapshot(store), { a: '2' })
      assert.deepEqual(records, [
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
        ['b', null],
      ])
    })

    test('empty keys and values are not missing ones', async (t) => {
      const [, store, other] = await opened(t, 2)
      await store.write([{ key: '', value: bytes('') }])
      await other.readToEnd()
      assert.deepEqual(snapshot(other), { '': '' })
    })

    test('who reads to the end sees what others have written before', async (t) => {
      const [, writer, reader] = await opened(t, 2)
      for (let n = 0; n < 20; n++) {
        await writer.write([{ key: 'n', value: bytes(String(n)) }])
        await reader.readToEnd()
        assert.deepEqual(snapshot(reader), { n: String(n) })
      }
    })

    test('a store follows the log without being asked', async (t) => {
      const [, writer, reader] = await opened(t, 2)
      const seen = new Promise<StoreEntry>((resolve) => {
        reader.subscribe({ record: resolve, reset: () => {} })
      })
      await writer.write([{ key: 'a', value: bytes('1') }])
      assert.equal((await seen).value?.toString(), '1')
    })

    test('a store that opens later has everything', async (t) => {
      const [log, writer] = await opened(t, 1)
      for (let n = 0; n < 30; n++) await writer.write([{ key: `k${n % 7}`, value: bytes(String(n)) }])
      const late = log.store()
      await late.open()
      assert.deepEqual(snapshot(late), snapshot(writer))
      assert.equal(late.position, writer.position)
    })

    test('several writers at once: all see one order, each finds its own records', async (t) => {
      const [, ...stores] = await opened(t, 3)
      const all = stores.map(told)
      const written = await Promise.all(
        stores.flatMap((store, s) =>
          Array.from({ length: 10 }, (_, n) => store.write([{ key: 'contended', value: bytes(`${s}-${n}`) }])),
        ),
      )
      for (const store of stores) await store.readToEnd()
      const [first] = all
      assert.equal(first.length, 30)
      for (const one of all) assert.deepEqual(one, first)
      const offsets = written.map(([{ offset }]) => offset)
      assert.equal(new Set(offsets).size, 30)
      const byOffset = written.flat().sort((a, b) => a.offset - b.offset)
      assert.deepEqual(
        byOffset.map(({ key, value }) => [key, value?.toString()]),
        first,
      )
    })

    test('an offset can be waited for, but not for ever', async (t) => {
      const [, writer, reader] = await opened(t, 2)
      const [{ offset }] = await writer.write([{ key: 'a', value: bytes('1') }])
      await reader.readTo(offset + 1, 60_000)
      assert.deepEqual(snapshot(reader), { a: '1' })
      await assert.rejects(reader.readTo(offset + 1_000, 1), { code: 'KAFKA_TIMEOUT', message: /expected offset/ })
    })

    test('an empty log that was opened is known to its end', async (t) => {
      const before = Date.now()
      const [, store] = await opened(t, 1)
      assert.ok(store.followedAt >= before)
      assert.ok(store.followedAt <= Date.now())
    })

    test('a log that was made again is empty, and is followed from its beginning', async (t) => {
      const [log, writer, reader] = await opened(t, 2)
      await writer.write([{ key: 'old', value: bytes('1') }])
      await reader.readToEnd()
      const records = told(reader)
      await log.recreate()
      await reader.readToEnd()
      assert.deepEqual(snapshot(reader), {})
      await writer.readToEnd()
      await writer.write([{ key: 'new', value: bytes('2') }])
      await reader.readToEnd()
      assert.deepEqual(snapshot(reader), { new: '2' })
      assert.deepEqual(records, [['reset'], ['new', '2']])
    })

    test('who has ended a subscription hears nothing more', async (t) => {
      const [, store] = await opened(t, 1)
      const records: string[] = []
      const end = store.subscribe({ record: ({ key }) => records.push(key), reset: () => {} })
      await store.write([{ key: 'a', value: bytes('1') }])
      end()
      await store.write([{ key: 'b', value: bytes('1') }])
      assert.deepEqual(records, ['a'])
    })

    test('after close every call rejects, those under way too', async (t) => {
      const [, store] = await opened(t, 1)
      const waiting = assert.rejects(store.readTo(1_000, 60_000), { code: 'INTERNAL' })
      await store.close()
      await store.close()
      await waiting
      await assert.rejects(store.readToEnd(), { code: 'INTERNAL' })
      await assert.rejects(store.write([{ key: 'a', value: null }]), { code: 'INTERNAL' })
    })
  })
}
