import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { folderWith } from './folder.js'

async function load(t: TestContext, ...lines: readonly string[]): Promise<WorkerConfig> {
  const folder = await folderWith(t, {
    'connect.properties': lines.join('\n'),
    'ca.pem': '-----BEGIN CERTIFICATE-----',
  })
  return loadWorker(join(folder, 'connect.properties'), {})
}

const addressOf = ({ http }: WorkerConfig): unknown[] => [http.enabled, http.host, http.port]

// The keys of config/connect-distributed.properties of Apache Kafka 4.2.1, those in its comments too.
const stock = [
  ...['bootstrap.servers=localhost:9092', 'group.id=connect-cluster'],
  'key.converter=org.apache.kafka.connect.json.JsonConverter',
  'value.converter=org.apache.kafka.connect.json.JsonConverter',
  ...['key.converter.schemas.enable=true', 'value.converter.schemas.enable=true'],
  ...['offset.storage.topic=connect-offsets', 'offset.storage.replication.factor=1', 'offset.storage.partitions=25'],
  ...['config.storage.topic=connect-configs', 'config.storage.replication.factor=1'],
  ...['status.storage.topic=connect-status', 'status.storage.replication.factor=1', 'status.storage.partitions=5'],
  ...['offset.flush.interval.ms=10000', 'plugin.path=/usr/local/share/java'],
]

describe("the properties of Kafka Connect's workers", () => {
  it('are taken as they come with Kafka; what has no effect is named in one line', async (t) => {
    const config = await load(t, ...stock)
    assert.deepEqual([config.group.id, config.group.enabled], ['connect-cluster', true])
    assert.deepEqual(config.checkpoints, { topic: 'connect-offsets', replicationFactor: 1, partitions: 25 })
    assert.deepEqual(config.configStorage, { topic: 'connect-configs', replicationFactor: 1 })
    assert.deepEqual(config.statusStorage, { topic: 'connect-status', replicationFactor: 1 })
    // Not beyond this machine unless `listeners` says so.
    assert.deepEqual(addressOf(config), [true, '127.0.0.1', 8083])
    assert.deepEqual(config.remarks, [
      'keys of Kafka Connect without effect here: key.converter, value.converter, key.converter.schemas.enable, ' +
        'value.converter.schemas.enable, status.storage.partitions, offset.flush.interval.ms, plugin.path',
    ])
  })

  it('warn of a key that nobody knows, and refuse one that is nearly known', async (t) => {
    assert.deepEqual((await load(t, 'group.id=g', 'my.own.key=1')).remarks, ['unknown keys without effect: my.own.key'])
    await assert.rejects(load(t, 'grup.id=g'), /grup\.id: unknown key; .*expected group\.id/)
    await assert.rejects(load(t, 'group.id=g', 'rest.advertised.prt=1'), /expected rest\.advertised\.port/)
  })

  it('set time-outs, addresses and the folder and variables of secrets', async (t) => {
    const config = await load(
      t,
      ...[
        'task.shutdown.graceful.timeout.ms=5000',
        'request.timeout.ms=40000',
        'rest.port=18083',
        'http.insecure=true',
      ],
      'config.providers=env,file',
      'config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider',
      'config.providers.env.param.allowlist.pattern=SECRET_.*',
      'config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider',
      'config.providers.file.param.allowed.paths=/run/secrets',
    )
    assert.deepEqual([config.shutdown.timeoutMs, config.kafka.requestTimeoutMs], [5_000, 40_000])
    assert.deepEqual(addressOf(config), [true, '0.0.0.0', 18083])
    const { secrets, variables } = config.rest
    assert.deepEqual(
      [secrets, variables?.test('SECRET_X'), variables?.test('NO_SECRET_X')],
      ['/run/secrets', true, false],
    )
    assert.deepEqual(config.remarks, [])
    const vault = await load(t, 'config.providers=vault', 'config.providers.vault.class=a.VaultConfigProvider')
    assert.match(vault.remarks.join('\n'), /unknown provider vault: connectors can use \$\{env:…\} and \$\{file:…\}/)
  })

  it('log in and encrypt, also where they stand for one kind of clients', async (t) => {
    const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="p\\\\"w";'
    const security = ['security.protocol=SASL_SSL', 'sasl.mechanism=SCRAM-SHA-512', `sasl.jaas.config=${login}`]
    const tls = ['ssl.truststore.type=PEM', 'ssl.truststore.location=ca.pem']
    for (const prefix of ['', 'producer.', 'admin.']) {
      const { kafka, remarks } = await load(t, ...[...security, ...tls].map((line) => prefix + line))
      assert.deepEqual(kafka.sasl, { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p"w' })
      assert.equal(kafka.tls?.ca, '-----BEGIN CERTIFICATE-----')
      assert.deepEqual(remarks, [])
    }
    const module = 'software.amazon.msk.auth.iam.IAMLoginModule required;'
    const aws = ['security.protocol=SASL_SSL', 'sasl.mechanism=AWS_MSK_IAM', `sasl.jaas.config=${module}`]
    const msk = await load(t, ...aws, 'kafka.sasl.region=eu-central-1')
    assert.deepEqual(msk.kafka.sasl, { mechanism: 'OAUTHBEARER', awsRegion: 'eu-central-1' })
    const other = await load(t, 'security.protocol=PLAINTEXT', 'producer.security.protocol=SSL', 'producer.linger.ms=5')
    assert.equal(other.kafka.tls, null)
    assert.deepEqual(other.remarks, [
      'producer.security.protocol: ignored, all connections use security.protocol',
      'keys of Kafka Connect without effect here: producer.linger.ms',
    ])
    await assert.rejects(
      load(t, 'security.protocol=SSL', 'ssl.truststore.location=a.jks'),
      /ssl\.truststore\.location: unsupported certificate store format; found JKS; expected a PEM file/,
    )
    await assert.rejects(
      load(t, 'security.protocol=SASL_PLAINTEXT', 'sasl.jaas.config=KerberosLoginModule required hidden;'),
      (error: Error) => /PlainLoginModule/.test(error.message) && !error.message.includes('hidden'),
    )
  })
})
