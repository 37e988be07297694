import { setTimeout as wait } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { RungOptions } from './rung.js'
import { transactionPartitions, type Stack } from './stack.js'

/** A broker starts in about 5 s; a busy machine may take much longer. An exit is noticed at once. */
export const readySeconds = 180

/** Resolves when `check` does; rejects with its last error if it has not within `seconds`. */
export async function until(
  what: string,
  seconds: number,
  check: () => Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      signal?.throwIfAborted()
      if (Date.now() > end) throw new Error(`${what} was not ready within ${seconds} s`, { cause: error })
    }
    await wait(150, undefined, { signal })
  }
}

/**
 * The stack, once all of its parts answer. If `start` fails, or `ends` rejects because a part has exited, everything
 * started is stopped.
 */
export async function whenReady(
  stack: Stack,
  start: () => Promise<unknown>,
  ends: (until: AbortSignal) => Promise<never>,
  { progress, signal }: RungOptions,
): Promise<Stack> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  try {
    await progress.during('starting Kafka and the registry', async () => {
      await start()
      await Promise.race([stackReady(stack, readySeconds, either), ends(either)])
    })
    return stack
  } catch (error) {
    await progress.during('removing what was started', () => stack.stop()).catch(() => undefined)
    throw error
  } finally {
    over.abort()
  }
}

/** Resolves when the broker, its transaction coordinators and the registry answer. */
export async function stackReady(
  { brokers, registryUrl }: Pick<Stack, 'brokers' | 'registryUrl'>,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    kafkaReady(brokers, signal, seconds).then(() => transactionsReady(brokers, signal)),
    registryReady(registryUrl, signal, seconds),
  ])
}

export function kafkaReady(brokers: string, signal?: AbortSignal, seconds = readySeconds): Promise<void> {
  const kafka = clientOf(brokers)
  return until(
    `Kafka at ${brokers}`,
    seconds,
    async () => {
      const admin = kafka.admin()
      try {
        await admin.connect()
        const { brokers: alive } = await admin.describeCluster()
        if (alive.length === 0) throw new Error('no broker has registered')
      } finally {
        await admin.disconnect()
      }
    },
    signal,
  )
}

/**
 * A new broker answers NOT_COORDINATOR until the partitions of its transaction log exist and are loaded. Ids that
 * differ only in their last character map to consecutive partitions.
 */
async function transactionsReady(brokers: string, signal: AbortSignal): Promise<void> {
  const kafka = clientOf(brokers)
  const ids = Array.from({ length: transactionPartitions }, (_, index) => `ready-${index}`)
  await until(
    `The transaction coordinator at ${brokers}`,
    readySeconds,
    () =>
      Promise.all(
        ids.map(async (transactionalId) => {
          const retry = { retries: 5, initialRetryTime: 200 }
          const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, retry })
          try {
            await producer.connect()
            await (await producer.transaction()).abort()
          } finally {
            await producer.disconnect()
          }
        }),
      ),
    signal,
  )
}

function clientOf(brokers: string): Kafka {
  return new Kafka({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  })
}

function registryReady(url: string, signal: AbortSignal, seconds: number): Promise<void> {
  return until(
    `The registry at ${url}`,
    seconds,
    async () => {
      const answer = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) })
      if (!answer.ok) throw new Error(`status ${answer.status}`)
    },
    signal,
  )
}
