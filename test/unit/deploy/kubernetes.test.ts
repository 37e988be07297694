import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { check } from '#src/config/check.js'
import { plainSource } from '#src/config/source.js'
import { workerSchema } from '#src/config/worker-schema.js'

interface Probe {
  exec?: { command: string[] }
  httpGet?: { path: string }
  periodSeconds: number
  timeoutSeconds?: number
  failureThreshold?: number
}
interface Container {
  name: string
  env?: { name: string; value?: string; valueFrom?: Record<string, { name: string; key: string }> }[]
  args?: string[]
  command?: string[]
  startupProbe?: Probe
  livenessProbe?: Probe
  restartPolicy?: string
  volumeMounts?: { name: string }[]
  securityContext?: Record<string, unknown>
}
interface PodSpec {
  securityContext: { runAsNonRoot: boolean }
  initContainers?: Container[]
  containers: Container[]
  volumes: { name: string; configMap: { name: string } }[]
}
interface Manifest {
  kind: string
  metadata: { name: string }
  data?: Record<string, string>
  spec: PodSpec & { template?: { spec: PodSpec } }
}

const folder = new URL('../../../../deploy/kubernetes/', import.meta.url)

async function manifests(file: string): Promise<Manifest[]> {
  const text = await readFile(new URL(file, folder), 'utf8')
  return parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, [])
    return document.toJS() as Manifest
  })
}

/** What README.md here tells to create by hand, with the keys that the commands there give it. */
const madeByHand: Record<string, string[]> = {
  'ConfigMap genesis-models': [],
  'ConfigMap genesis-schemas': [],
  'Secret genesis-kafka': ['username', 'password'],
}

for (const file of ['worker.yaml', 'sidecar.yaml'])
  test(`every ConfigMap, Secret and volume that ${file} refers to exists`, async () => {
    const known = { ...madeByHand }
    for (const { kind, metadata, data } of await manifests('config.yaml'))
      known[`${kind} ${metadata.name}`] = Object.keys(data ?? {})
    const [{ spec }] = await manifests(file)
    const pod = spec.template?.spec ?? spec
    for (const { configMap } of pod.volumes) assert.ok(`ConfigMap ${configMap.name}` in known, configMap.name)
    const volumes = pod.volumes.map(({ name }) => name)
    const containers = [...(pod.initContainers ?? []), ...pod.containers]
    assert.ok(containers.some(({ name }) => name === 'genesis'))
    for (const { env = [], volumeMounts = [] } of containers) {
      for (const { name } of volumeMounts) assert.ok(volumes.includes(name), name)
      for (const { valueFrom } of env) {
        if (valueFrom?.['configMapKeyRef']) {
          const { name, key } = valueFrom['configMapKeyRef']
          assert.ok(known[`ConfigMap ${name}`].includes(key), `${name}.${key}`)
        }
        if (valueFrom?.['secretKeyRef']) {
          const { name, key } = valueFrom['secretKeyRef']
          assert.ok(known[`Secret ${name}`].includes(key), `${name}.${key}`)
        }
      }
    }
  })

for (const file of ['worker.yaml', 'sidecar.yaml'])
  test(`${file} follows the ConfigMaps, and is restarted only if it does not start, or is stuck for a minute`, async () => {
    const [{ spec }] = await manifests(file)
    const pod = spec.template?.spec ?? spec
    const worker = [...(pod.initContainers ?? []), ...pod.containers].find(({ name }) => name === 'genesis')
    assert.ok(worker?.args?.includes('--watch') === true)
    const restarting = [worker.startupProbe, worker.livenessProbe]
    for (const probe of restarting) {
      // Whether every task does its work is no reason: an outage of Kafka would restart it again and again.
      assert.ok(probe)
      assert.ok(!JSON.stringify(probe).includes('/ready'))
      assert.ok(probe.exec === undefined || /health-check\.js$/.test(probe.exec.command.at(-1) ?? ''))
      assert.ok((probe.timeoutSeconds ?? 1) >= 5)
      assert.ok(probe.periodSeconds * (probe.failureThreshold ?? 3) >= 60)
    }
  })

test('the application of sidecar.yaml starts after the worker, and when every task does its work', async () => {
  const [{ spec }] = await manifests('sidecar.yaml')
  const [worker, ready] = spec.initContainers ?? []
  assert.equal(worker.restartPolicy, 'Always')
  assert.equal(ready.restartPolicy, undefined)
  assert.deepEqual(ready.command?.slice(1), ['deploy/health-check.js', '/ready', '--wait'])
})

test('what is commented out is good when it is not', async () => {
  const text = (await readFile(new URL('config.yaml', folder), 'utf8')).replaceAll(
    /^( *)# ((?:tls|registry):| {2}\w+: )/gm,
    '$1$2',
  )
  const worker = parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .find(({ metadata }) => metadata.name === 'genesis-worker')
  const file = worker?.data?.['worker.yaml'] ?? ''
  const names = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD']
  const env = Object.fromEntries(names.map((name) => [name, 'x']))
  const { errors } = check(workerSchema, plainSource(parse(file), 'worker'), { env, folder: '/' })
  assert.deepEqual(errors, [])
  assert.match(file, /^ {2}tls: .*\n[^]*^registry:/m)
})

for (const file of ['worker.yaml', 'sidecar.yaml'])
  test(`${file} runs the worker without privileges`, async () => {
    const [{ spec }] = await manifests(file)
    const pod = spec.template?.spec ?? spec
    assert.equal(pod.securityContext.runAsNonRoot, true)
    const worker = [...(pod.initContainers ?? []), ...pod.containers].find(({ name }) => name === 'genesis')
    assert.deepEqual(worker?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })
