/** The shop's orders as a consumer finds them, read and judged by code that knows nothing of this project. */
import assert from 'node:assert/strict'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { consumeTopic, type ConsumedRecord } from '#src/kafka/topic-consumer.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { testCluster } from './kafka.js'
import { registryUrl } from './registry.js'

type Order = Readonly<Record<string, unknown>>

interface Change {
  readonly before: Order | null
  readonly after: Order | null
  readonly op: string
}

const follows: Readonly<Record<string, readonly string[]>> = {
  placed: ['paid', 'cancelled'],
  paid: ['shipped'],
  shipped: ['returned'],
  returned: ['removed'],
  cancelled: ['removed'],
}

/**
 * The state of every order after a topic of Debezium events, each of which must follow from the one before. `tombstones`: whether a record
 * without a value must follow each deletion, and nothing else.
 */
export async function statesOfChanges(topic: string, tombstones = false): Promise<Map<string, string>> {
  const registry = new SchemaRegistry({ host: registryUrl() })
  const states = new Map<string, string>()
  for (const { key, value } of await consumed(topic)) {
    if (tombstones && states.get(String(key)) === 'removed') {
      assert.equal(value, null)
      states.set(String(key), 'forgotten')
      continue
    }
    assert.ok(value)
    const { before, after, op } = (await registry.decode(value)) as Change
    const state = states.get(String(key))
    assert.equal(before?.status, state)
    assert.equal(op, before === null ? 'c' : after === null ? 'd' : 'u')
    const next = String(after?.status ?? 'removed')
    if (state === undefined) assert.equal(next, 'placed')
    else assert.ok(follows[state].includes(next), `${state} → ${next}`)
    assert.equal(String((before ?? after)?.order_id), String(key))
    states.set(String(key), next)
  }
  return states
}

/** The state of every order by its newest row. */
export async function statesOfUpserts(topic: string): Promise<Map<string, string>> {
  const registry = new SchemaRegistry({ host: registryUrl() })
  const states = new Map<string, string>()
  for (const { key, value } of await consumed(topic)) {
    const row = value === null ? null : ((await registry.decode(value)) as Order)
    states.set(String(key), String(row?.status ?? 'removed'))
  }
  return states
}

/** All records of a topic, as kafkajs hands them over. */
async function consumed(topic: string): Promise<ConsumedRecord[]> {
  const reader = new TopicReader(testCluster(), topic)
  const ranges = await reader.ranges()
  await reader.close()
  const found: ConsumedRecord[] = []
  const take = (record: ConsumedRecord): Promise<boolean> => Promise.resolve(found.push(record) > 0)
  await consumeTopic(testCluster(), topic, ranges, take, new AbortController().signal)
  return found
}
