import type { ConnectorConfig } from '../../config/connector.js'
import type { WorkerConfig } from '../../config/worker.js'
import { inConnector } from '../../connector/check-offline.js'
import { openConnector } from '../../connector/open.js'
import { checkSubjects } from '../../encode/check.js'
import { createRegistry } from '../../encode/registry.js'
import { GenesisError } from '../../errors.js'
import { checkTopic, compacted, KafkaAdmin, refuseInternalTopic } from '../../kafka/admin.js'
import { loadModel } from '../../model/load.js'

/**
 * With a broker and a registry: both respond, the topic exists as configured or can be created, likewise the
 * checkpoint topic, and the subjects accept the schemas. Creates and registers nothing. Only for connectors
 * with a kafka sink that pass `checkOffline`.
 */
export async function checkOnline(connector: ConnectorConfig, worker: WorkerConfig): Promise<readonly GenesisError[]> {
  const checks = await Promise.allSettled([checkTopics(connector, worker), checkRegistry(connector, worker)])
  return checks.flatMap((check) => (check.status === 'rejected' ? inConnector(connector, check.reason) : []))
}

async function checkTopics({ topic, topicCreation }: ConnectorConfig, worker: WorkerConfig): Promise<void> {
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  refuseInternalTopic(topic, worker.checkpoints.topic)
  const admin = new KafkaAdmin(worker.kafka)
  try {
    const found = await admin.describe(topic)
    if (found !== null) checkTopic(found, { config: topicCreation.enabled ? topicCreation.config : {} })
    else if (topicCreation.enabled) await admin.checkCreation(topic, topicCreation)
    else {
      throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', {
        place: `topic ${topic}`,
        remedy: 'Create it, or set topic_creation.enabled: true',
      })
    }
    const { checkpoints } = worker
    const existing = await admin.describe(checkpoints.topic)
    if (existing !== null) checkTopic(existing, { config: compacted })
    else await admin.checkCreation(checkpoints.topic, { ...checkpoints, config: compacted })
  } finally {
    await admin.close()
  }
}

async function checkRegistry(connector: ConnectorConfig, worker: WorkerConfig): Promise<void> {
  const { fields } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  await checkSubjects(connector, fields, createRegistry(worker.registry))
}
