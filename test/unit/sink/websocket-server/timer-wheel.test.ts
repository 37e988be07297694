import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { TimerWheel, type Timed } from '#src/sink/websocket-server/timer-wheel.js'
import type { Clock } from '#src/delivery/clock.js'

/** Time that moves when the test says so; a timer may be late by `lateMs`. */
class ManualClock implements Clock {
  time = 1234.5
  wakeUps = 0
  #next: { at: number; call: () => void } | null = null

  now(): number {
    return this.time
  }

  after(ms: number, call: () => void): () => void {
    assert.equal(this.#next, null, 'one timer of the platform at a time')
    const timer = (this.#next = { at: this.time + Math.max(1, Math.ceil(ms)), call })
    return () => {
      if (this.#next === timer) this.#next = null
    }
  }

  turn(): Promise<void> {
    return Promise.resolve()
  }

  /** Runs every timer up to a time. */
  runTo(time: number, lateMs = 0): void {
    while (this.#next !== null && this.#next.at <= time) {
      const { at, call } = this.#next
      this.#next = null
      this.time = Math.max(this.time, at + lateMs)
      this.wakeUps++
      call()
    }
    this.time = Math.max(this.time, time)
  }

  get isIdle(): boolean {
    return this.#next === null
  }
}

class Every implements Timed {
  readonly times: number[] = []

  constructor(
    public due: number,
    readonly intervalMs: number,
    readonly most = Infinity,
  ) {}

  fire(now: number): boolean {
    this.times.push(now)
    assert.ok(now >= this.due, 'never early')
    while (this.due <= now) this.due += this.intervalMs
    return this.times.length < this.most
  }
}

describe('the timer wheel', () => {
  test('fires everything at or within two ticks after its time, whatever the intervals', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.5, max: 20_000, noNaN: true }), { minLength: 1 }), (intervals) => {
        const clock = new ManualClock()
        const wheel = new TimerWheel(clock)
        const began = clock.time
        const all = intervals.map((intervalMs) => new Every(began + intervalMs, intervalMs))
        for (const timed of all) wheel.add(timed)
        clock.runTo(began + 25_000)
        for (const { times, intervalMs, due } of all) {
          assert.ok(due > began + 25_000 - 11, `${intervalMs}: next at ${due}`)
          if (intervalMs > 11) assert.equal(times.length, Math.round((due - began) / intervalMs) - 1)
        }
      }),
      { numRuns: 20 },
    )
  })

  test('a thousand timers of one interval share their wake-ups', () => {
    const clock = new ManualClock()
    const wheel = new TimerWheel(clock)
    const all = Array.from({ length: 1000 }, (_, i) => new Every(clock.time + i / 10, 100))
    for (const timed of all) wheel.add(timed)
    clock.runTo(clock.time + 10_000)
    assert.ok(clock.wakeUps <= 2010, `${clock.wakeUps} wake-ups for 100,000 events`)
    for (const { times } of all) assert.ok(times.length >= 99 && times.length <= 101)
  })

  test('after a stall of any length, everything that is due is fired once', () => {
    const clock = new ManualClock()
    const wheel = new TimerWheel(clock)
    const all = [5, 50, 700, 4_000].map((intervalMs) => new Every(clock.time + intervalMs, intervalMs))
    for (const timed of all) wheel.add(timed)
    const stalled = clock.time + 60_000
    clock.runTo(clock.time + 6, 60_000)
    for (const { times } of all) assert.deepEqual(times.filter((time) => time >= stalled).length, 1)
  })

  test('what is removed, or has ended, is not fired again, and an empty wheel has no timer', () => {
    const clock = new ManualClock()
    const wheel = new TimerWheel(clock)
    const removed = new Every(clock.time + 10, 10)
    const ended = new Every(clock.time + 10, 10, 3)
    wheel.add(removed)
    wheel.add(ended)
    clock.runTo(clock.time + 25)
    wheel.remove(removed)
    const { length } = removed.times
    clock.runTo(clock.time + 1_000)
    assert.equal(removed.times.length, length)
    assert.equal(ended.times.length, 3)
    assert.ok(clock.isIdle)
    wheel.remove(ended)
  })

  test('one that removes another which is due in the same tick', () => {
    const clock = new ManualClock()
    const wheel = new TimerWheel(clock)
    const second = new Every(clock.time + 10, 10)
    const first: Timed = { due: clock.time + 10, fire: () => (wheel.remove(second), false) }
    wheel.add(first)
    wheel.add(second)
    clock.runTo(clock.time + 100)
    assert.deepEqual(second.times, [])
  })
})
