import { setTimeout as wait } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { Stack } from './stack.js'

/** Resolves when `check` does; rejects with its last error when it has not within `seconds`. */
async function until(
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

/** The stack once both of its parts answer; if they do not, or `start` fails, what was started is ended. */
export async function whenReady(stack: Stack, start: () => Promise<unknown>, signal: AbortSignal): Promise<Stack> {
  try {
    await start()
    await Promise.all([kafkaReady(stack.brokers, signal), registryReady(stack.registryUrl, signal)])
    return stack
  } catch (error) {
    await stack.stop().catch(() => undefined)
    throw error
  }
}

export function kafkaReady(brokers: string, signal?: AbortSignal): Promise<void> {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  })
  return until(
    `Kafka at ${brokers}`,
    90,
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

export function registryReady(url: string, signal?: AbortSignal): Promise<void> {
  return until(
    `The registry at ${url}`,
    90,
    async () => {
      const answer = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) })
      if (!answer.ok) throw new Error(`status ${answer.status}`)
    },
    signal,
  )
}
