import type { BrokerConnection } from '../platformatic-connection.js'
import { produceByIdApi } from './produce-request.js'
import type { ProducePart, ProduceResult } from './produce-request.js'

/** Whether requests identify topics by id: a recreated topic then rejects records meant for its predecessor. */
export function isById(broker: BrokerConnection, isAllowed: boolean, parts: readonly ProducePart[]): boolean {
  const { key, version } = produceByIdApi
  return isAllowed && broker.maxVersion(key) >= version && parts.every(({ topicId }) => topicId !== null)
}

/** The results with the topics' names instead of their ids. */
export function withNames(results: readonly ProduceResult[], parts: readonly ProducePart[]): ProduceResult[] {
  const names = new Map(parts.map(({ topic, topicId }) => [topicId, topic]))
  return results.map((result) => ({ ...result, topic: names.get(result.topic) ?? result.topic }))
}
