import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { codecs } from '#src/kafka/codec.js'
import type { Leaders } from '#src/kafka/wire/leaders.js'
import type { ProduceAnswer, ProducePart } from '#src/kafka/wire/produce-request.js'
import { ProduceWindow } from '#src/kafka/wire/produce-window.js'
import { at, headerBytes } from '#src/kafka/wire/record-batch.js'
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
const outOfOrderSequence = 45

const settled = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('the first batch for a partition waits for a leader that has not heard of its topic; later ones fail', async () => {
  await takesMore(answeringLeaders(0, notLeader, notLeader, 0))
  await assert.rejects(takesMore(answeringLeaders(0, 0, notLeader), 2), { message: /NOT_LEADER_OR_FOLLOWER/ })
})

// Timers count whole milliseconds, so some are a part of one too early.
test('the end of a throttle time is noticed, whatever part of a millisecond it comes at', async () => {
  for (let n = 0; n < 500; n++) await takesMore(answeringLeaders(2))
})

describe("a transaction's first records", () => {
  const setUp = () => {
    const { sent, answers, leaders } = slowLeader()
    let begin = (): void => {}
    const window = new ProduceWindow(
      {
        ...{ leaders, transactionalId: null, v2: false, timeoutMs: 1_000 },
        mayBegin: () => new Promise((so) => (begin = so)),
        ...{ sizeLimit: () => ({}), pace: new RequestPace(1 << 20), onThrottle: () => {}, onProgress: () => {} },
        onFailure: (error) => assert.fail(String(error)),
      },
      { id: 1n, epoch: 0 },
    )
    const dispatch = (count: number, partition = 0): void => {
      const facts = { topic: 't', partition, count, baseTimestamp: 0, maxTimestamp: 0 }
      window.dispatch([{ ...facts, bytes: Buffer.alloc(headerBytes + 10), codec: codecs.none }])
    }
    return { sent, answers, window, dispatch, begin: () => begin() }
  }

  test('are sent when it may begin; later ones do not wait', async () => {
    const { sent, answers, window, dispatch, begin } = setUp()
    dispatch(1)
    await settled()
    assert.deepEqual(sent, [])
    assert.equal(window.busy, true)
    begin()
    await settled()
    assert.deepEqual(sent, [1])
    answers[0](0)
    await settled()
    dispatch(2)
    dispatch(3, 1)
    await settled()
    assert.deepEqual(sent, [1, 2, 3])
  })

  test('are not sent if the producer stops meanwhile', async () => {
    const { sent, window, dispatch, begin } = setUp()
    dispatch(1)
    window.stop()
    begin()
    await settled()
    assert.deepEqual(sent, [])
  })
})

/** A codec that finishes when told, and what it was given. */
function slowCodec() {
  const begun: (() => void)[] = []
  const compress = (records: Buffer): Promise<Buffer> =>
    new Promise((resolve) => begun.push(() => resolve(records.subarray(0, 1))))
  return { begun, codec: { ...codecs.gzip, compress } }
}

/** A leader that notes the record count of each batch, and answers when told. */
function slowLeader() {
  const sent: number[] = []
  const answers: ((code: number) => void)[] = []
  const api = {
    async: (_connection: unknown, _id: unknown, _timeoutMs: unknown, [{ batch }]: readonly ProducePart[]) =>
      new Promise<ProduceAnswer>((resolve) => {
        sent.push(batch.readInt32BE(at.recordCount))
        answers.push((code) => resolve({ results: [{ topic: 't', partition: 0, code, message: null }], throttleMs: 0 }))
      }),
  }
  const broker = { maxVersion: () => -1, choose: () => api }
  return { sent, answers, leaders: { of: () => 1, broker: () => broker, topicId: () => null } as unknown as Leaders }
}

describe('batches that are compressed', () => {
  const setUp = () => {
    const { begun, codec } = slowCodec()
    const { sent, answers, leaders } = slowLeader()
    const failures: unknown[] = []
    const pace = new RequestPace(1 << 20)
    const window = new ProduceWindow(
      {
        ...{ leaders, transactionalId: null, v2: false, timeoutMs: 1_000 },
        ...{ sizeLimit: () => ({}), pace, onThrottle: () => {}, onProgress: () => {} },
        onFailure: (error) => failures.push(error),
      },
      { id: 1n, epoch: 0 },
    )
    const dispatch = (count: number, bytes = Buffer.alloc(headerBytes + 10, count)): void => {
      const facts = { topic: 't', partition: 0, count, baseTimestamp: 0, maxTimestamp: 0 }
      window.dispatch([{ ...facts, bytes, codec }])
    }
    return { begun, sent, answers, failures, pace, window, dispatch }
  }

  test("are compressed at the same time, and sent in order, after the partition's first", async () => {
    const { begun, sent, answers, window, dispatch } = setUp()
    for (const n of [1, 2, 3]) dispatch(n)
    assert.equal(begun.length, 3)
    // The last one is ready first.
    for (const done of begun.toReversed()) done()
    await settled()
    assert.deepEqual(sent, [1])
    answers[0](0)
    await settled()
    assert.deepEqual(sent, [1, 2, 3])
    assert.equal(window.inFlight, 2)
  })

  test('are not sent after one that was refused', async () => {
    const { begun, sent, answers, failures, dispatch } = setUp()
    for (const n of [1, 2, 3]) dispatch(n)
    for (const done of begun) done()
    await settled()
    answers[0](outOfOrderSequence)
    await settled()
    assert.equal(sent.length, 1)
    assert.ok(failures.length > 0)
  })

  test('count as large as they were, even if the memory they were framed in has moved', async () => {
    const { begun, answers, pace, dispatch } = setUp()
    const before = pace.bytes
    const memory = new ArrayBuffer(before)
    dispatch(1, Buffer.from(memory))
    // As memory of WebAssembly does when it grows.
    structuredClone(memory, { transfer: [memory] })
    begun[0]()
    await settled()
    answers[0](0)
    await settled()
    assert.ok(pace.bytes > before)
  })
})
