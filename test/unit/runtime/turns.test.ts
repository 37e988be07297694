import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Turns, type Turn } from '#src/runtime/turns.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Waits for its turn, and notes its name when it has it. */
function queue(turn: Turn, name: string, order: string[]): void {
  void turn.take().then(() => order.push(name))
}

describe('the turns of a thread', () => {
  test('go to one task at a time, in the order in which they asked', async () => {
    const turns = new Turns(new SimulatedClock())
    const [a, b, c] = [turns.turn(), turns.turn(), turns.turn()]
    const order: string[] = []
    queue(a, 'a', order)
    queue(b, 'b', order)
    queue(c, 'c', order)
    await settled()
    assert.deepEqual([order, a.isMine, b.isMine], [['a'], true, false])
    a.end()
    queue(a, 'a', order)
    b.end()
    c.end()
    await settled()
    assert.deepEqual(order, ['a', 'b', 'c', 'a'])
  })

  test('are over at once for a task that stops, whether it writes or waits', async () => {
    const turns = new Turns(new SimulatedClock())
    const [a, b, c] = [turns.turn(), turns.turn(), turns.turn()]
    const order: string[] = []
    queue(a, 'a', order)
    queue(b, 'b', order)
    queue(c, 'c', order)
    b.end()
    await settled()
    assert.deepEqual([order, b.isMine], [['a', 'b'], false])
    a.end()
    a.end()
    await settled()
    assert.deepEqual([order, c.isMine], [['a', 'b', 'c'], true])
  })

  test('last as long as they like while nobody waits, and otherwise so long that everyone gets one within ten seconds', () => {
    const turns = new Turns(new SimulatedClock())
    const mine = turns.turn()
    void mine.take()
    assert.equal(mine.lengthMs, Infinity)
    const lengths = [1, 64, 400, 5000].map((tasks) => {
      const waiting = Array.from({ length: tasks }, () => turns.turn())
      for (const turn of waiting) void turn.take()
      const { lengthMs } = mine
      for (const turn of waiting) turn.end()
      return lengthMs
    })
    assert.deepEqual(lengths, [100, 100, 25, 10])
  })

  test('pass to the next if a sink holds up the task whose turn it is', async () => {
    const clock = new SimulatedClock()
    const turns = new Turns(clock)
    const [a, b, c] = [turns.turn(), turns.turn(), turns.turn()]
    await a.take()
    await b.take()
    assert.equal(clock.now(), 1000)
    const order: string[] = []
    queue(c, 'c', order)
    // Its turn was over: nobody else's ends with it.
    a.end()
    await settled()
    assert.deepEqual([order, b.isMine], [[], true])
    b.end()
    await settled()
    assert.deepEqual(order, ['c'])
  })
})
