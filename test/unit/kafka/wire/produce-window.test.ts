import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs } from '#src/kafka/codec.js'
import type { Leaders } from '#src/kafka/wire/leaders.js'
import type { ProduceAnswer } from '#src/kafka/wire/produce-request.js'
import { ProduceWindow } from '#src/kafka/wire/produce-window.js'
import { headerBytes } from '#src/kafka/wire/record-batch.js'
import { RequestPace } from '#src/kafka/wire/request-pace.js'

/** A broker that answers its requests with these codes, 0 after them, and throttles. */
function answeringLeaders(throttleMs: number, ...codes: number[]): Leaders {
  const connection = {
    send: (...args: unknown[]) => {
      const callback = args.at(-1) as (error: null, answer: ProduceAnswer) => void
      const result = { topic: 't', partition: 0, code: codes.shift() ?? 0, message: null }
      setImmediate(() => callback(null, { results: [result], throttleMs }))
    },
  }
  const broker = { connection, maxVersion: () => -1, choose: (api: unknown) => api }
  return { of: () => 1, broker: () => broker, topicId: () => null } as unknown as Leaders
}

/** Sends so many batches one after the other; resolves when the window takes more, rejects where one has failed. */
function takesMore(leaders: Leaders, batches = 1): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const window = new ProduceWindow(
      {
        ...{ leaders, transactionalId: null, v2: false, timeoutMs: 1_000 },
        ...{ sizeLimit: () => ({}), pace: new RequestPace(1 << 20), onThrottle: () => {}, onFailure: reject },
        onProgress: () => {
          if (window.busy) return
          if (--batches > 0) send()
          else resolve()
        },
      },
      { id: 1n, epoch: 0 },
    )
    const send = (): void => {
      const bytes = Buffer.alloc(headerBytes + 10)
      const facts = { topic: 't', partition: 0, count: 1, baseTimestamp: 0, maxTimestamp: 0 }
      window.dispatch([{ ...facts, bytes, codec: codecs.none }])
    }
    send()
  })
}

const notLeader = 6

test('the first batch for a partition waits for a leader that has not heard of its topic; later ones fail', async () => {
  await takesMore(answeringLeaders(0, notLeader, notLeader, 0))
  await assert.rejects(takesMore(answeringLeaders(0, 0, notLeader), 2), { message: /NOT_LEADER_OR_FOLLOWER/ })
})

// Timers count whole milliseconds, so some are a part of one too early.
test('the end of a throttle time is noticed, whatever part of a millisecond it comes at', async () => {
  for (let n = 0; n < 500; n++) await takesMore(answeringLeaders(2))
})
