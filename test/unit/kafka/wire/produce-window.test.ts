import { test } from 'node:test'
import { codecs } from '#src/kafka/codec.js'
import type { Leaders } from '#src/kafka/wire/leaders.js'
import type { ProduceAnswer } from '#src/kafka/wire/produce-request.js'
import { ProduceWindow } from '#src/kafka/wire/produce-window.js'
import { headerBytes } from '#src/kafka/wire/record-batch.js'
import { RequestPace } from '#src/kafka/wire/request-pace.js'

/** A broker that throttles. */
function throttlingLeaders(throttleMs: number): Leaders {
  const answer: ProduceAnswer = { results: [{ topic: 't', partition: 0, code: 0, message: null }], throttleMs }
  const connection = {
    send: (...args: unknown[]) => {
      const callback = args.at(-1) as (error: null, answer: ProduceAnswer) => void
      setImmediate(() => callback(null, answer))
    },
  }
  const broker = { connection, maxVersion: () => -1, choose: (api: unknown) => api }
  return { of: () => 1, broker: () => broker, topicId: () => null } as unknown as Leaders
}

/** Resolves when the window takes more after its first request; rejects where that failed. */
function takesMore(throttleMs: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const window = new ProduceWindow(
      {
        ...{ leaders: throttlingLeaders(throttleMs), transactionalId: null, v2: false, timeoutMs: 1_000 },
        ...{ sizeLimit: () => ({}), pace: new RequestPace(1 << 20), onThrottle: () => {}, onFailure: reject },
        onProgress: () => {
          if (!window.busy) resolve()
        },
      },
      { id: 1n, epoch: 0 },
    )
    const bytes = Buffer.alloc(headerBytes + 10)
    const records = { topic: 't', partition: 0, count: 1, baseTimestamp: 0, maxTimestamp: 0, bytes, codec: codecs.none }
    window.dispatch([records])
  })
}

// Timers count whole milliseconds, so some are a part of one too early.
test('the end of a throttle time is noticed, whatever part of a millisecond it comes at', async () => {
  for (let n = 0; n < 500; n++) await takesMore(2)
})
