import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MarkerWait } from '#src/kafka/wire/marker-wait.js'

/** A coordinator that writes markers within `tookMs` of the end of a transaction; an answer takes 0.3 ms. */
function coordinator({ tookMs = 2 } = {}) {
  let now = 1_000
  let endedAt = now
  let asked = 0
  const areWritten = (): Promise<boolean> => {
    asked++
    now += 0.3
    return Promise.resolve(now - endedAt >= plant.tookMs)
  }
  const sleep = (ms: number): Promise<void> => {
    now += ms
    return Promise.resolve()
  }
  const wait = new MarkerWait(areWritten, { now: () => now, sleep })
  const plant = {
    tookMs,
    wait,
    /** Ends a transaction and begins another so many ms later: how often it asked, and when it could begin, in ms after the end. */
    async nextAfter(ms: number) {
      endedAt = now
      wait.ended()
      now += ms
      asked = 0
      await wait.passed()
      return { asked, atMs: now - endedAt }
    },
    get asked() {
      return asked
    },
  }
  return plant
}

describe('the markers of a transaction', () => {
  test('are waited for if the next one comes at once', async () => {
    const { asked, atMs } = await coordinator({ tookMs: 2 }).nextAfter(0.1)
    assert.ok(asked > 1)
    assert.ok(atMs >= 2 && atMs < 3.5, `${atMs} ms`)
  })

  test('are not asked for before the first transaction, nor long after the last', async () => {
    const plant = coordinator()
    await plant.wait.passed()
    assert.equal(plant.asked, 0)
    assert.deepEqual(await plant.nextAfter(25), { asked: 0, atMs: 25 })
  })

  test('are no longer asked for if they have been written in time again and again, until they are late', async () => {
    const plant = coordinator({ tookMs: 2 })
    assert.equal((await plant.nextAfter(7)).asked, 1)
    for (let i = 0; i < 30; i++) await plant.nextAfter(7)
    assert.equal((await plant.nextAfter(7)).asked, 0)
    plant.tookMs = 9
    // The broker holds the records back, so that the transaction takes longer and the next one comes at once.
    assert.ok((await plant.nextAfter(0)).asked > 1)
    assert.ok((await plant.nextAfter(7)).asked > 1)
  })

  test('are left to the broker when they take long', async () => {
    const { asked, atMs } = await coordinator({ tookMs: Infinity }).nextAfter(0)
    assert.ok(asked < 40, `${asked} times`)
    assert.ok(atMs >= 100 && atMs < 140, `${atMs} ms`)
  })
})
