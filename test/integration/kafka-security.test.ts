import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import {
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
  createAclsV3,
  describeAclsV3,
} from '@platformatic/kafka'
import type { ClusterOptions, SaslOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { CheckpointReader } from '#src/kafka/checkpoint-reader.js'
import { KafkajsProducer } from '#src/kafka/kafkajs-producer.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import { KafkaSink } from '#src/sink/kafka/sink.js'
import { batchOf } from '../contract/sink.js'
import { committedRecords, uniqueName } from '../support/kafka.js'
import { shipped, startGenesisWith } from '../support/genesis.js'
import { addScramUser, scramUser } from '../support/scram-user.js'
import { loopbackCertificate, loopbackKey } from '../support/loopback-certificate.js'
import { fixture, fixturePath, limitedUser, startSecuredBroker, superUser } from '../support/secured-broker.js'
import type { SecuredBroker } from '../support/secured-broker.js'
import { unsignedToken } from '../support/unsigned-token.js'

/** One record and its checkpoint through a whole sink. */
async function deliver(t: TestContext, cluster: ClusterOptions): Promise<void> {
  const topic = uniqueName('secured')
  const sink = new KafkaSink(cluster, {
    shard: { connector: topic, shard: 0, shards: 1 },
    fingerprint: 'f00d',
    topic,
    creation: { partitions: 1, replicationFactor: -1, config: {} },
    checkpoints: { topic: 'secured-checkpoints', partitions: 1, replicationFactor: -1 },
    groupId: 'secured',
    delivery: 'exactly-once',
    transactionTimeoutMs: 20_000,
    compression: 'none',
    client: 'kafkajs',
    maxBatchBytes: 1_000_000,
  })
  t.after(() => sink.close())
  await sink.open()
  await sink.write(batchOf(0, 1))
  await sink.commit({ position: 1, fingerprint: 'f00d', shards: 1 })
  assert.equal((await committedRecords(topic, cluster)).length, 1)
}

async function describeCluster(cluster: ClusterOptions): Promise<void> {
  const admin = new KafkaAdmin(cluster)
  try {
    await admin.cluster()
  } finally {
    await admin.close()
  }
}

function kafkajsProducer(
  t: TestContext,
  cluster: ClusterOptions,
  topic: string,
  transactionalId: string,
): KafkajsProducer {
  const producer = new KafkajsProducer(cluster, {
    topic,
    partitions: 1,
    transactionalId,
    transactionTimeoutMs: 20_000,
    compression: 'none',
    maxMessageBytes: 100_000,
  })
  t.after(() => producer.close())
  return producer
}

describe('a broker that wants to know who it talks to', () => {
  let broker: SecuredBroker
  before(async () => {
    broker = await startSecuredBroker()
    await addScramUser(broker.sasl(superUser))
  })
  after(() => broker.stop())

  const rightOnes: readonly SaslOptions[] = [
    superUser,
    { mechanism: 'SCRAM-SHA-256', ...scramUser },
    { mechanism: 'SCRAM-SHA-512', ...scramUser },
    { mechanism: 'OAUTHBEARER', token: unsignedToken('admin') },
  ]
  for (const sasl of rightOnes)
    test(`${sasl.mechanism} with the right credentials delivers`, (t) => deliver(t, broker.sasl(sasl)))

  const wrongOnes: readonly SaslOptions[] = [
    { ...superUser, password: 'hunter2' },
    { mechanism: 'SCRAM-SHA-256', username: 'admin', password: 'hunter2' },
    { mechanism: 'SCRAM-SHA-512', username: 'nobody', password: 'hunter2' },
    { mechanism: 'OAUTHBEARER', token: 'hunter2' },
  ]
  for (const sasl of wrongOnes)
    test(`${sasl.mechanism} with wrong credentials is KAFKA_AUTHENTICATION with both clients, and tells no password`, async (t) => {
      const refused = (error: Error & { code?: string }): boolean => {
        assert.equal(error.code, 'KAFKA_AUTHENTICATION', error.message)
        assert.match(error.message, /kafka.sasl/)
        assert.doesNotMatch(error.message, /hunter2/)
        return true
      }
      const cluster = broker.sasl(sasl)
      await assert.rejects(describeCluster(cluster), refused)
      await assert.rejects(kafkajsProducer(t, cluster, 'none', uniqueName('id')).init(), refused)
    })

  test('no credentials at all are told from an unreachable broker as far as the broker lets one', async () => {
    await assert.rejects(describeCluster(broker.sasl(null)), { code: 'KAFKA_UNREACHABLE', message: /TLS or SASL/ })
  })

  test('TLS with the CA and a client certificate delivers', async (t) => {
    const [ca, cert, key] = await Promise.all(['ca.pem', 'client.pem', 'client-key.pem'].map(fixture))
    await deliver(t, broker.tls({ ca, cert, key }))
  })

  test('a renewed client certificate is used for new connections', async () => {
    const ca = await fixture('ca.pem')
    const files = { cert: fixturePath('client.pem'), key: fixturePath('client-key.pem') }
    const former = { ca, cert: loopbackCertificate, key: loopbackKey }
    await assert.rejects(describeCluster(broker.tls(former)), { code: 'KAFKA_AUTHENTICATION' })
    await describeCluster(broker.tls({ ...former, files }))
  })

  test('TLS without the CA, or without a client certificate, is refused for good', async () => {
    const [ca, cert, key] = await Promise.all(['ca.pem', 'client.pem', 'client-key.pem'].map(fixture))
    const refused = { code: 'KAFKA_AUTHENTICATION', message: /TLS.*kafka.tls/ }
    await assert.rejects(describeCluster(broker.tls({ cert, key })), refused)
    await assert.rejects(describeCluster(broker.tls({ ca })), refused)
    await assert.rejects(describeCluster(broker.tls({ ca, cert, key, serverName: 'elsewhere.test' })), refused)
  })

  test('each missing permission is named with its operation and resource', async (t) => {
    const cluster = broker.sasl(limitedUser)
    const topic = uniqueName('secured')
    const transactionalId = uniqueName('secured-id')
    const adminClient = new KafkaAdmin(cluster)
    t.after(() => adminClient.close())
    const creation = { partitions: 1, replicationFactor: -1, config: {} }
    const denied = (operation: string, resource: string): object => ({
      code: 'KAFKA_AUTHORIZATION',
      message: new RegExp(`the broker denies ${operation} on ${resource}.*--operation ${operation}`),
    })
    await assert.rejects(adminClient.ensureTopic(topic, creation), denied('Describe', `topic ${topic}`))
    await grant(broker, topic, 'DESCRIBE')
    await assert.rejects(adminClient.ensureTopic(topic, creation), denied('Create', `topic ${topic}`))
    await grant(broker, topic, 'CREATE')
    // Without DescribeConfigs it goes on, unless the configuration matters.
    assert.deepEqual((await adminClient.ensureTopic(topic, creation)).config, null)
    const wanted = { config: { 'cleanup.policy': 'delete' } }
    await assert.rejects(adminClient.ensureTopic(topic, creation, wanted), denied('DescribeConfigs', `topic ${topic}`))

    const producer = (): KafkajsProducer => kafkajsProducer(t, cluster, topic, transactionalId)
    await assert.rejects(producer().init(), denied('Write', `transactional id ${transactionalId}`))
    await grant(broker, transactionalId, 'WRITE', 'TRANSACTIONAL_ID')
    const writer = producer()
    await writer.init()
    await assert.rejects(writer.send(batchOf(0, 1), Int32Array.of(0)), denied('Write', `topic ${topic}`))
    await grant(broker, topic, 'WRITE')
    const granted = producer()
    await granted.init()
    await granted.send(batchOf(0, 1), Int32Array.of(0))
    await granted.commit([])

    const reader = new CheckpointReader(cluster, topic)
    await assert.rejects(reader.shard('c', 0), denied('Read', `topic ${topic}`))
    await grant(broker, topic, 'READ')
    assert.equal(await reader.shard('c', 0), null)
  })

  test('the permissions in docs/security.md are enough for a group that creates its topics and delivers', async (t) => {
    const commands = (await readFile(shipped('docs/security.md'), 'utf8')).matchAll(/^\$acls (.*)$/gm)
    for (const [, command] of commands) await grantAs(broker, command)
    const folder = await mkdtemp(join(tmpdir(), 'genesis-acls-'))
    t.after(() => rm(folder, { recursive: true }))
    const { brokers, sasl } = broker.sasl(limitedUser)
    const worker = { group: { id: 'genesis', enabled: true }, threads: 0, kafka: { sasl } }
    const connector = {
      name: 'customers',
      model: shipped('models/customers.json'),
      topic: 'synthetic-customers',
      value: { format: 'json' },
      throughput: { max_records: 100 },
    }
    for (const [name, content] of Object.entries({ worker, connector }))
      await writeFile(join(folder, `${name}.json`), JSON.stringify(content))
    const env = { KAFKA_BROKERS: brokers.join(',') }
    const files = [join(folder, 'connector.json'), '--worker', join(folder, 'worker.json')]
    const run = startGenesisWith(t, env, 'run', ...files)
    await run.logged('every record is delivered', ({ msg }) => msg === 'connector complete')
    run.kill('SIGTERM')
    assert.equal(await run.exit, 0)
    assert.equal((await committedRecords('synthetic-customers', broker.sasl(superUser))).length, 100)
  })
})

/** As the arguments of kafka-acls.sh say. */
async function grantAs(secured: SecuredBroker, command: string): Promise<void> {
  const types = { topic: 'TOPIC', group: 'GROUP', 'transactional-id': 'TRANSACTIONAL_ID' } as const
  const [, kind, name] = /--(topic|group|transactional-id) (\S+)/.exec(command) ?? []
  const pattern = command.includes('--resource-pattern-type prefixed') ? 'PREFIXED' : 'LITERAL'
  for (const [, operation] of command.matchAll(/--operation (\w+)/g)) {
    const constant = operation.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as keyof typeof AclOperations
    await grant(secured, name, constant, types[kind as keyof typeof types], pattern)
  }
}

async function grant(
  secured: SecuredBroker,
  resourceName: string,
  operation: keyof typeof AclOperations,
  type: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID' = 'TOPIC',
  pattern: 'LITERAL' | 'PREFIXED' = 'LITERAL',
): Promise<void> {
  const broker = await openAnyBroker(secured.sasl(superUser))
  const acl = {
    resourceType: ResourceTypes[type],
    resourceName,
    resourcePatternType: ResourcePatternTypes[pattern],
    principal: 'User:limited',
    host: '*',
    operation: AclOperations[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }
  await createAclsV3.api.async(broker.connection, [acl])
  // The broker hears of it a moment after the controller has answered.
  const inForce = () => describeAclsV3.api.async(broker.connection, acl)
  while ((await inForce()).resources.length === 0);
  await broker.close()
}
