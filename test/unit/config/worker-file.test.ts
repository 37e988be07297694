import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadWorker } from '#src/config/worker-file.js'
import type { GenesisError } from '#src/errors.js'
import { folderWith } from './folder.js'

const pem = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n'

async function messages(env: Record<string, string>, path: string | null = null): Promise<string[]> {
  try {
    await loadWorker(path, env)
  } catch (error) {
    const { message, details } = error as GenesisError
    return details.all?.map((one) => one.message) ?? [message]
  }
  return []
}

describe('a worker', () => {
  it('has a default for everything', async () => {
    const config = await loadWorker(null, {})
    assert.deepEqual(config.kafka, {
      brokers: ['127.0.0.1:9092'],
      clientId: 'genesis',
      tls: null,
      sasl: null,
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
    })
    const { enabled, host, port, security } = config.http
    assert.deepEqual([enabled, host, port], [false, '127.0.0.1', 8083])
    assert.deepEqual([security.tls, security.auth, security.isInsecure], [null, null, false])
    assert.equal(config.registry.url, null)
    assert.equal(config.threads, 'auto')
  })

  it('reads its file, and the environment over it', async (t) => {
    const folder = await folderWith(t, {
      'worker.yaml': 'group: { id: g }\nkafka: { brokers: [a:1, "[::1]:2"] }\nthreads: 0\nlog: { level: warn }\n',
    })
    const file = join(folder, 'worker.yaml')
    const alone = await loadWorker(file, {})
    assert.deepEqual([alone.group.id, alone.kafka.brokers, alone.threads], ['g', ['a:1', '[::1]:2'], 0])
    const env = { KAFKA_BROKERS: 'b:1, c:2', GENESIS_LOG_LEVEL: 'debug', GENESIS_THREADS: '3', GENESIS_GROUP_ID: '' }
    const over = await loadWorker(file, env)
    assert.deepEqual(
      [over.kafka.brokers, over.log.level, over.threads, over.group.id],
      [['b:1', 'c:2'], 'debug', 3, 'g'],
    )
  })

  it('has the names that Kafka Connect has, in a properties file and in YAML', async (t) => {
    const folder = await folderWith(t, {
      'connect.properties': [
        'bootstrap.servers=a:1,b:2',
        'group.id=g',
        'config.storage.topic=c',
        'config.storage.replication.factor=1',
        'offset.storage.topic=o',
        'offset.storage.partitions=25',
        'status.storage.topic=s',
        'listeners=http://:8084',
        'http.insecure=true',
        'rest.advertised.host.name=worker-1',
        'scheduled.rebalance.max.delay.ms=300000',
        'exactly.once.source.support=enabled',
      ].join('\n'),
      'worker.yaml': 'group: { id: g, enabled: true }\nconfig.storage.topic: c\nhttp.port: 8085\n',
      'bad.properties': 'group.id=g\ngroup_id=h\nexactly.once.source.support=disabled\n',
      'twice.yaml': 'http: { port: 1 }\nhttp.port: 2\n',
    })
    const config = await loadWorker(join(folder, 'connect.properties'), {})
    assert.deepEqual(config.kafka.brokers, ['a:1', 'b:2'])
    assert.deepEqual([config.group.enabled, config.group.id, config.group.lostWorkerDelayMs], [true, 'g', 300_000])
    assert.deepEqual(config.configStorage, { topic: 'c', replicationFactor: 1 })
    assert.deepEqual(
      [config.checkpoints.topic, config.checkpoints.partitions, config.statusStorage.topic],
      ['o', 25, 's'],
    )
    assert.deepEqual([config.http.enabled, config.http.host, config.http.port], [true, '0.0.0.0', 8084])
    assert.equal(config.advertised.host, 'worker-1')
    const yaml = await loadWorker(join(folder, 'worker.yaml'), {})
    assert.deepEqual([yaml.group.enabled, yaml.configStorage.topic, yaml.http.port], [true, 'c', 8085])
    const refused = (file: string, message: RegExp) => assert.rejects(loadWorker(join(folder, file), {}), message)
    await refused('bad.properties', /exactly.once.source.support: it cannot be switched off/)
    await refused('twice.yaml', /twice.yaml:2:1.*option set twice/)
  })

  it('does not look at anything but what it is given', async (t) => {
    process.env.KAFKA_CLIENT_ID = 'from-the-process'
    t.after(() => delete process.env.KAFKA_CLIENT_ID)
    assert.equal((await loadWorker(null, {})).kafka.clientId, 'genesis')
  })

  it('names the variable that is wrong, and not the secret in it', async () => {
    assert.deepEqual(await messages({ KAFKA_BROKERS: 'nonsense', GENESIS_HTTP_PORT: '99999' }), [
      'environment variable KAFKA_BROKERS: wrong value; found "nonsense"; expected a list of host:port, or a comma-separated text',
      'environment variable GENESIS_HTTP_PORT: wrong value; found "99999"; expected a whole number from 0 to 65535',
    ])
    const [message] = await messages({ SCHEMA_REGISTRY_URL: 'ftp://user:hunter2@host' })
    assert.match(message, /found "ftp:\/\/\*\*\*@host"/)
  })

  it('takes certificates as texts and as files', async (t) => {
    const folder = await folderWith(t, {
      'ca.pem': pem,
      'not.pem': 'abc',
      'good.yaml': `kafka: { tls: { enabled: true, ca: ca.pem, cert: ca.pem, key: ${JSON.stringify(pem)} } }`,
      'bad.yaml': 'kafka: { tls: { enabled: true, ca: not.pem, cert: none.pem } }',
      'off.yaml': 'kafka: { tls: { ca: ca.pem } }',
    })
    const { tls } = (await loadWorker(join(folder, 'good.yaml'), {})).kafka
    assert.deepEqual([tls?.ca, tls?.cert, tls?.key, tls?.rejectUnauthorized], [pem, pem, pem, true])
    // The key is text: no file of it can change.
    const path = join(folder, 'ca.pem')
    assert.deepEqual(tls?.files, { ca: path, cert: path, key: undefined })
    const bad = await messages({}, join(folder, 'bad.yaml'))
    assert.equal(bad.length, 3)
    assert.match(bad[0], /kafka\.tls: a client certificate and its key go together/)
    assert.match(bad[1], /kafka\.tls\.ca: not a PEM file/)
    assert.match(bad[2], /kafka\.tls\.cert: the PEM file cannot be read; found .*none\.pem \(ENOENT\)/)
    assert.match((await messages({}, join(folder, 'off.yaml')))[0], /kafka\.tls\.ca: TLS is off/)
  })

  it('logs in by every mechanism, and is told what is incomplete', async () => {
    const scram = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }
    assert.deepEqual((await loadWorker(null, scram)).kafka.sasl, {
      mechanism: 'SCRAM-SHA-512',
      username: 'u',
      password: 'p',
    })
    const token = { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_TOKEN: 'abc' }
    assert.deepEqual((await loadWorker(null, token)).kafka.sasl, { mechanism: 'OAUTHBEARER', token: 'abc' })
    const grant = {
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_TOKEN_ENDPOINT: 'https://login/token',
      KAFKA_SASL_CLIENT_ID: 'i',
      KAFKA_SASL_CLIENT_SECRET: 's',
    }
    assert.deepEqual((await loadWorker(null, grant)).kafka.sasl, {
      mechanism: 'OAUTHBEARER',
      tokenEndpoint: 'https://login/token',
      clientId: 'i',
      clientSecret: 's',
      scope: undefined,
    })
    const aws = { KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM', KAFKA_SASL_REGION: 'eu-central-1', KAFKA_TLS_ENABLED: 'true' }
    assert.deepEqual((await loadWorker(null, aws)).kafka.sasl, { mechanism: 'OAUTHBEARER', awsRegion: 'eu-central-1' })
    assert.match((await messages({ ...aws, KAFKA_TLS_ENABLED: '' }))[0], /AWS_MSK_IAM without TLS/)
    assert.match((await messages({ ...aws, KAFKA_SASL_REGION: '' }))[0], /no AWS region/)
    const assertion = { ...grant, KAFKA_SASL_CLIENT_SECRET: '', KAFKA_SASL_ASSERTION_FILE: '/run/jwt' }
    assert.deepEqual((await loadWorker(null, assertion)).kafka.sasl, {
      mechanism: 'OAUTHBEARER',
      tokenEndpoint: 'https://login/token',
      assertionFile: '/run/jwt',
      clientId: 'i',
      scope: undefined,
    })
    assert.match((await messages({ ...scram, KAFKA_SASL_PASSWORD: '' }))[0], /incomplete login; found SCRAM-SHA-512/)
    assert.match((await messages({ ...grant, KAFKA_SASL_CLIENT_SECRET: '' }))[0], /expected token, or token_endpoint/)
    assert.match((await messages({ KAFKA_SASL_USERNAME: 'u' }))[0], /no SASL mechanism that uses it is set/)
  })

  it('takes credentials out of the registry address', async () => {
    const { registry } = await loadWorker(null, { SCHEMA_REGISTRY_URL: 'https://us%40er:p%3Aw@host:8081/path/' })
    assert.deepEqual([registry.url, registry.username, registry.password], ['https://host:8081/path', 'us@er', 'p:w'])
    const both = { SCHEMA_REGISTRY_URL: 'http://u:p@h', SCHEMA_REGISTRY_TOKEN: 't' }
    assert.match((await messages(both))[0], /token and username exclude each other/)
  })

  it('holds one document', async (t) => {
    const folder = await folderWith(t, {
      'w.yaml': 'group: { id: a }\n---\ngroup: { id: b }\n',
      'e.yaml': '# nothing\n',
    })
    assert.match((await messages({}, join(folder, 'w.yaml')))[0], /w\.yaml:3:1: a worker file holds one document/)
    assert.equal((await loadWorker(join(folder, 'e.yaml'), {})).group.id, 'genesis')
  })
})
