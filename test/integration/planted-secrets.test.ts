import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { eventually } from '../contract/herder.js'
import { program, runNode, shipped } from '../support/genesis.js'
import { loopbackCertificate, loopbackKey } from '../support/loopback-certificate.js'
import { startOtlpReceiver } from '../support/otlp-receiver.js'
import { cheapHash } from '../support/password-hash.js'
import { leakyOptions, leaksIn, secrets, type Output } from '../support/planted-secrets.js'

const worker = (hash: string): string => `
http:
  enabled: true
  port: 0
  tls: { cert: cert.pem, key: key.pem }
  auth:
    users:
      - { name: ops, password: '\${env:OPS_HASH}', role: admin }
      - { name: eve, password: '${cheapHash('read-only-one')}' }
    tokens: [{ name: ci, hash: '${hash}', role: admin }]
kafka:
  brokers: 127.0.0.1:1
  connect_timeout: 200ms
  sasl: { mechanism: PLAIN, username: genesis, password: '\${file:kafka.properties:password}' }
registry: { url: 'http://genesis:${secrets.registryPassword}@127.0.0.1:1' }
models: { path: ${shipped('models')} }
files: { path: . }
secrets: { path: secrets, env: 'REST_.*' }
shutdown: { timeout: 1s }
`

const connectors = `
name: to-a-file
model: ${shipped('models/customers.json')}
sink: { type: file, path: records.jsonl }
throughput: { rate: 10 }
---
name: to-no-file
model: ${shipped('models/customers.json')}
sink: { type: file, path: 'worker.yaml/\${env:SECRET_PATH}' }
---
name: to-kafka
model: ${shipped('models/customers.json')}
topic: t
value: { format: avro }
---
name: to-a-websocket
model: ${shipped('models/customers.json')}
sink: { type: websocket, url: 'ws://127.0.0.1:1/?key=\${env:WEBSOCKET_KEY}' }
`

describe('a planted secret', () => {
  let folder: string
  const env = {
    OPS_HASH: cheapHash(secrets.adminPassword),
    WEBSOCKET_KEY: secrets.webSocketKey,
    REST_KEY: secrets.restVariable,
    SECRET_PATH: secrets.path,
    SECRET_MODEL: secrets.model,
    SECRET_TOPIC: secrets.topic,
    GENESIS_TRACE: '1',
    // Those of the worker file are meant.
    KAFKA_BROKERS: '',
    SCHEMA_REGISTRY_URL: '',
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'genesis-secrets-'))
    await mkdir(join(folder, 'secrets'))
    const sha256 = createHash('sha256').update(secrets.token).digest('hex')
    const files = {
      'worker.yaml': worker(`sha256:${sha256}`),
      'connectors.yaml': connectors,
      'kafka.properties': `password=${secrets.saslPassword}\n`,
      'cert.pem': loopbackCertificate,
      'key.pem': loopbackKey,
      'secrets/key': secrets.restFile,
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  })
  after(() => rm(folder, { recursive: true }))

  /** What a worker says and answers while its connectors fail and its callers err. `more`: of its environment. */
  async function outputsOfWorker(t: TestContext, more: Readonly<Record<string, string>> = {}): Promise<Output[]> {
    const outputs: Output[] = []
    const args = [program, 'run', 'connectors.yaml', '--worker', 'worker.yaml', '--log-level', 'trace', '--json']
    const collector = await startOtlpReceiver(t)
    const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_TRACES_EXPORTER: 'otlp' }
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env, ...telemetry, ...more } })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()))
    const exit = once(child, 'exit')
    await eventually(() => Promise.resolve(/"address":"https:[^"]*:\d+"/.test(output)))
    const port = Number(/"address":"https:[^"]*:(\d+)"/.exec(output)?.[1])

    const call = async (login: string, method: string, path: string, body?: object): Promise<string> => {
      const headers = { Authorization: login, 'Content-Type': 'application/json' }
      const sent = request({ host: '127.0.0.1', port, method, path, headers, ca: loopbackCertificate, agent: false })
      sent.end(body === undefined ? undefined : JSON.stringify(body))
      const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
      let text = `${response.statusCode} `
      for await (const part of response) text += part.toString()
      return text
    }
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    const admin = basic(`ops:${secrets.adminPassword}`)
    const reader = basic('eve:read-only-one')

    assert.match(await call(basic(`ops:${secrets.wrongLogin}`), 'GET', '/'), /^401/)
    assert.match(await call(`Bearer ${secrets.token}`, 'GET', '/'), /^200/)
    const config = {
      'connector.class': 'GenesisSource',
      model: 'customers.json',
      'sink.type': 'websocket',
      'sink.url': 'ws://127.0.0.1:1/${env:REST_KEY}/${file:key}',
      'producer.override.sasl.jaas.config': secrets.plainText,
    }
    assert.match(await call(admin, 'POST', '/connectors', { name: 'over-rest', config }), /^201/)
    const wrong = { ...config, 'sink.url': '${file:key}', 'throughput.rate': '${env:REST_KEY}' }
    const refused = [
      await call(admin, 'PUT', '/connectors/wrong/config', wrong),
      await call(admin, 'PUT', '/connector-plugins/GenesisSource/config/validate', wrong),
      await call(admin, 'POST', '/genesis/dry-run', { config: wrong }),
      await call(admin, 'POST', '/genesis/connectors/to-kafka/verify'),
    ]
    assert.match(refused[0], /^400.*\$\{env:REST_KEY\}/s)
    outputs.push({ where: 'the answers to wrong calls', text: refused.join('\n') })

    // Every task that cannot do its work has said so.
    const ready = async (): Promise<boolean> => {
      const text = await call(admin, 'GET', '/ready')
      return ['to-no-file', 'to-kafka', 'to-a-websocket', 'over-rest'].every((name) =>
        text.includes(`"connector":"${name}"`),
      )
    }
    await eventually(ready)
    const document = JSON.parse((await call(admin, 'GET', '/openapi.json')).slice(4)) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    }
    const names = ['to-a-file', 'to-no-file', 'to-kafka', 'to-a-websocket', 'over-rest']
    const gets = Object.entries(document.paths).flatMap(([path, methods]) =>
      methods['get'] === undefined ? [] : names.map((name) => path.replace('{name}', name).replaceAll(/\{\w+\}/g, '0')),
    )
    // It would wait half a minute for the broker.
    const slow = '/connectors/to-kafka/offsets'
    const all = [
      ...new Set(gets.filter((path) => path !== slow)),
      '/connectors?expand=info&expand=status',
      '/connector-plugins/GenesisSource/config',
    ]
    assert.ok(all.length > 40)
    for (const [role, login, allowed] of [
      ['a reader', reader, []],
      // An administrator sees what was sent.
      ['an admin', admin, [secrets.plainText]],
    ] as const)
      // One after the other: many logins at once are refused.
      for (const path of all) {
        const text = await call(login, 'GET', path)
        assert.doesNotMatch(text, /^(?:401|403|429)|too many/i, path)
        outputs.push({ where: `GET ${path} as ${role}`, text, allowed })
      }
    child.kill('SIGTERM')
    await exit
    assert.match(output, /"code":"AUDIT"/)
    assert.match(output, /KAFKA_UNREACHABLE|REGISTRY_UNREACHABLE/)
    outputs.push({ where: 'the logs', text: output })
    const failed = collector.spans.filter(({ name, status }) => name === 'start task' && status === 2)
    assert.deepEqual(failed.map(({ attributes }) => attributes['genesis.connector']).sort(), [
      'over-rest',
      'to-a-websocket',
      'to-kafka',
      'to-no-file',
    ])
    outputs.push({ where: 'metrics and traces', text: Buffer.concat(collector.bodies).toString('latin1') })
    return outputs
  }

  test('is in no log, no response, no metric and no error of a running worker', async (t) => {
    assert.deepEqual(leaksIn(await outputsOfWorker(t)), [])
  })

  test('is found in each of these if the program leaks it there', async (t) => {
    const leaks = leaksIn(await outputsOfWorker(t, { NODE_OPTIONS: leakyOptions() }))
    const found = (leak: string): boolean => leaks.some((one) => one.startsWith(leak))
    for (const leak of [
      'path in the logs: ',
      'path in GET /genesis/connectors/to-no-file as a reader: ',
      'webSocketKey in the answers to wrong calls: ',
      'restVariable in metrics and traces: ',
      'restFile in GET /ready as an admin: ',
      'webSocketKey in GET /metrics as a reader: ',
    ])
      assert.ok(found(leak), `not found: ${leak}\n${leaks.join('\n')}`)
  })

  test('is in no output of other commands, nor of one that fails or crashes', async () => {
    const outputs: string[] = []
    const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<void> => {
      const { stdout, stderr } = await runNode([program, ...args], { cwd: folder, env: { ...env, ...more } })
      assert.notEqual(stdout + stderr, '')
      outputs.push(stdout, stderr)
    }
    const onWorker = ['--worker', 'worker.yaml']
    await writeFile(
      join(folder, 'wrong.yaml'),
      "name: w\nmodel: '${file:secrets/key}'\ntopic: '${file:secrets/key}/'\nthroughput: { rate: '${env:REST_KEY}' }\n",
    )
    await writeFile(
      join(folder, 'wrong-worker.yaml'),
      "kafka: { brokers: '${file:secrets/key}', sasl: { mechanism: '${env:REST_KEY}', password: 7 } }\nhttp: { port: '${env:REST_KEY}' }\n",
    )
    await Promise.all([
      run(['validate', 'connectors.yaml', '--online', '--json', ...onWorker]),
      run(['validate', 'wrong.yaml', ...onWorker]),
      run(['run', 'connectors.yaml', '--worker', 'wrong-worker.yaml']),
      run(['verify', 'connectors.yaml', ...onWorker]),
      run(['describe', shipped('models/customers.json')]),
      run(['run', 'connectors.yaml', ...onWorker], {
        NODE_OPTIONS: '--import data:text/javascript,setTimeout(()=>{throw(new(Error)("as-scripted"))},2000)',
      }),
    ])
    assert.match(outputs.join('\n'), /as-scripted/)
    assert.deepEqual(leaksIn([{ where: 'the output of commands', text: outputs.join('\n') }]), [])
  })

  test('is found in the output of commands that leak it, and of one that crashes', async () => {
    const crash = `--import=data:text/javascript,throw(new(Error)(process.env.WEBSOCKET_KEY))`
    const leaksOf = async (options: string, ...args: string[]): Promise<readonly string[]> => {
      const { stdout, stderr } = await runNode([program, ...args], {
        cwd: folder,
        env: { ...env, NODE_OPTIONS: options },
      })
      return leaksIn([{ where: 'it', text: stdout + stderr }]).map((leak) => leak.split(' in it: ')[0])
    }
    const onWorker = ['--worker', 'worker.yaml']
    await writeFile(join(folder, 'no-model.yaml'), "name: w\nmodel: '${file:secrets/key}'\ntopic: t\n")
    assert.deepEqual(await leaksOf(crash, 'run', 'connectors.yaml', ...onWorker), ['webSocketKey'])
    assert.deepEqual(await leaksOf(leakyOptions(), 'describe', shipped('models/customers.json')), ['webSocketKey'])
    assert.deepEqual(await leaksOf(leakyOptions(), 'validate', 'no-model.yaml', ...onWorker), ['restFile'])
  })

  test('is in no output of verify and reset: not where they work, not where they fail, not as JSON, not in a trace', async () => {
    const outputs: string[] = []
    const run = async (status: number, ...args: string[]): Promise<string> => {
      const options = {
        cwd: folder,
        env: { ...env, KAFKA_BROKERS: '127.0.0.1:1' },
      }
      const result = await runNode([program, ...args], options)
      const text = result.stdout + result.stderr
      assert.equal(result.status, status, text)
      assert.notEqual(text, '')
      outputs.push(text)
      return text
    }
    const model = shipped('models/customers.json')
    const bounded = { throughput: { max_records: 20 } }
    const file = async (name: string, keys: object): Promise<string> => {
      await writeFile(join(folder, `${name}.json`), JSON.stringify({ name, model, ...bounded, ...keys }))
      return `${name}.json`
    }
    const good = await file('hidden', { sink: { type: 'file', path: '${env:SECRET_PATH}.jsonl' } })
    await run(0, 'run', good)
    assert.match(await run(0, 'verify', good), /file .*\$\{env:SECRET_PATH\}\.jsonl/)
    assert.match(await run(0, 'verify', good, '--json'), /\$\{env:SECRET_PATH\}/)
    await run(0, 'reset', good, '--to-position', '10', '--yes')
    await run(0, 'reset', good, '--to-position', '20', '--yes', '--json')
    // A corrupt checkpoint, of which the file is told.
    await writeFile(join(folder, `${secrets.path}.jsonl.checkpoint`), 'nonsense')
    assert.match(await run(1, 'verify', good), /\$\{env:SECRET_PATH\}.*CHECKPOINT_INVALID/)
    await run(1, 'reset', good, '--to-position', '10', '--yes', '--json')
    const lost = await file('lost', { model: '${env:SECRET_MODEL}.json', sink: { type: 'file', path: 'lost.jsonl' } })
    for (const command of [['verify'], ['reset', '--yes', '--to-position', '1']])
      assert.match(await run(2, ...command, lost), /\$\{env:SECRET_MODEL\}/)
    const away = await file('away', { topic: '${env:SECRET_TOPIC}', value: { format: 'json' } })
    await run(1, 'verify', away)
    await run(1, 'reset', away, '--yes')
    await run(1, 'reset', away, '--keep-position', '--yes', '--json')
    assert.deepEqual(leaksIn([{ where: 'the output of verify and reset', text: outputs.join('\n') }]), [])
  })
})
