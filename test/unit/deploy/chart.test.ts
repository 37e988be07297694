import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { parse, parseAllDocuments } from 'yaml'
import { loadWorker } from '#src/config/worker-file.js'
import { metrics } from '#src/metrics/table.js'
import { alertRules } from '../../../scripts/alert-rules.js'
import { readPromql } from '../../../scripts/promql.js'
import { folderWith } from '../config/folder.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'
import { cheapHash } from '../../support/password-hash.js'

/** What the Secrets of the examples hold, below /etc/genesis. */
const mounted = {
  'tls/ca.crt': loopbackCertificate,
  'http-tls/tls.crt': loopbackCertificate,
  'http-tls/tls.key': loopbackKey,
  'http-auth/ops': cheapHash('of ops'),
  'http-auth/prometheus': cheapHash('of prometheus'),
}

type Json = Record<string, unknown>

interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly command?: readonly string[]
  readonly env?: readonly { name: string; value?: string }[]
  readonly ports?: readonly { name: string; containerPort: number }[]
  readonly volumeMounts?: readonly { name: string; mountPath: string; readOnly?: boolean }[]
  readonly securityContext?: Json
  readonly startupProbe?: { exec?: { command: readonly string[] } }
  readonly livenessProbe?: { httpGet?: { path: string; port: string }; timeoutSeconds?: number }
  readonly readinessProbe?: { httpGet?: { path: string; port: string } }
  readonly restartPolicy?: string
}

interface PodSpec {
  readonly automountServiceAccountToken?: boolean
  readonly securityContext?: Json
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes?: readonly {
    name: string
    configMap?: { name: string }
    projected?: { sources: readonly { configMap: { name: string } }[] }
    emptyDir?: Json
  }[]
}

interface Manifest {
  readonly kind: string
  readonly metadata: { name: string; labels?: Record<string, string> }
  readonly data?: Record<string, string>
  readonly spec: {
    selector?: Record<string, unknown> & { matchLabels?: Record<string, string> }
    template?: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec }
    groups?: unknown
    metrics?: unknown
    triggers?: unknown
  } & Partial<PodSpec>
}

const folder = fileURLToPath(new URL('../../../../deploy/chart/', import.meta.url))
const read = (name: string): Promise<string> => readFile(`${folder}${name}`, 'utf8')
const cases = (await readdir(`${folder}ci`)).filter((name) => name.endsWith('-values.yaml'))

/** `helm` of the PATH, or the one that HELM names. */
const helm = process.env['HELM'] ?? 'helm'
/** `kubernetes-validate` (PyPI), which has the schemas of Kubernetes. */
const validator = process.env['KUBERNETES_VALIDATE'] ?? 'kubernetes-validate'
const run = promisify(execFile)

function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}

const [hasHelm, hasSchemas] = await Promise.all([works(helm, 'version', '--short'), works(validator, '--version')])

describe("the chart's values", () => {
  test('are what their schema says, in values.yaml and in every example', async () => {
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(await read('values.schema.json')) as Json,
    )
    for (const file of ['values.yaml', ...cases.map((name) => `ci/${name}`)]) {
      validate(parse(await read(file)))
      assert.deepEqual(validate.errors, null, file)
    }
  })

  test('that are misspelt, or wrong, are refused by their place', async () => {
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(await read('values.schema.json')) as Json,
    )
    const wrong = { mode: 'worker', replica: 2, models: { urls: [{ file: '../x', url: 'ftp://x', sha256: 'abc' }] } }
    validate(wrong)
    const places = validate.errors?.map(({ instancePath, params }) => {
      const { additionalProperty } = params as { additionalProperty?: string }
      return instancePath || additionalProperty
    })
    assert.deepEqual(places?.sort(), [
      '/mode',
      '/models/urls/0/file',
      '/models/urls/0/sha256',
      '/models/urls/0/url',
      'replica',
    ])
  })

  test('all have a default and a row in the schema, and every one that a template reads exists', async () => {
    const values = parse(await read('values.yaml')) as Json
    const schema = JSON.parse(await read('values.schema.json')) as { properties: Json }
    assert.deepEqual(Object.keys(schema.properties).sort(), [...Object.keys(values), 'global'].sort())
    const templates = (await readdir(`${folder}templates`, { recursive: true })).filter((name) => /\.\w+$/.test(name))
    const used = new Set<string>()
    for (const name of templates)
      for (const [, path] of (await read(`templates/${name}`)).matchAll(/\.Values\.([\w.]+)/g)) used.add(path)
    const unknown = [...used].filter((path) => valueAt(values, path) === undefined)
    assert.deepEqual(unknown, [])
    const unread = Object.keys(values).filter((key) => ![...used].some((path) => path.split('.')[0] === key))
    assert.deepEqual(unread, [])
  })

  test("has the package's version", async () => {
    const { version, appVersion } = parse(await read('Chart.yaml')) as Json
    const { version: released } = JSON.parse(await read('../../package.json')) as Json
    assert.deepEqual({ version, appVersion }, { version: released, appVersion: released })
  })
})

function valueAt(values: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Json | undefined)?.[key], values)
}

/** What the chart makes of an example. */
async function rendered(name: string, ...more: string[]): Promise<Manifest[]> {
  const args = ['template', 'feed', folder, '--kube-version', '1.31.0', '-f', `${folder}ci/${name}`, ...more]
  const { stdout } = await run(helm, args, { maxBuffer: 1 << 26 })
  return parseAllDocuments(stdout)
    .map((document) => {
      assert.deepEqual(document.errors, [])
      return document.toJS() as Manifest | null
    })
    .filter((manifest) => manifest !== null)
}

function podOf(manifests: readonly Manifest[]): PodSpec {
  const workload = manifests.find(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
  assert.ok(workload?.spec.template)
  return workload.spec.template.spec
}

describe('the rendered chart', { skip: !hasHelm && 'helm is not installed, so only the values were checked' }, () => {
  for (const name of cases) {
    test(`${name}: a pod without privileges, whose ConfigMaps, volumes and ports exist`, async () => {
      const manifests = await rendered(name)
      const pod = podOf(manifests)
      assert.equal(pod.automountServiceAccountToken, false)
      assert.equal(pod.securityContext?.['runAsNonRoot'], true)
      const configMaps = manifests.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name)
      const named = (pod.volumes ?? []).flatMap(({ configMap, projected }) => [
        ...(configMap ? [configMap.name] : []),
        ...(projected?.sources ?? []).map((source) => source.configMap.name),
      ])
      assert.deepEqual(
        named.filter((one) => !configMaps.includes(one)),
        [],
      )
      const volumes = (pod.volumes ?? []).map((volume) => volume.name)
      const own = [...(pod.initContainers ?? []), ...pod.containers].filter(({ image }) => /genesis/.test(image))
      assert.ok(own.some((container) => container.name === 'genesis'))
      for (const { volumeMounts = [], securityContext } of own) {
        for (const mount of volumeMounts) assert.ok(volumes.includes(mount.name), mount.name)
        assert.deepEqual(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    })

    test(`${name}: its worker file is a good one, with the Secrets that it mounts`, async (t) => {
      const manifests = await rendered(name)
      const file = manifests.find(({ metadata }) => metadata.name.endsWith('-worker'))?.data?.['worker.yaml']
      const own = await folderWith(t, { 'worker.yaml': '' })
      for (const [path, content] of Object.entries(mounted)) {
        await mkdir(join(own, dirname(path)), { recursive: true })
        await writeFile(join(own, path), content)
      }
      await writeFile(join(own, 'worker.yaml'), file?.replaceAll('/etc/genesis', own) ?? '')
      const env = Object.fromEntries([...(file ?? '').matchAll(/\$\{env:(\w+)\}/g)].map(([, one]) => [one, '10.0.0.1']))
      const config = await loadWorker(join(own, 'worker.yaml'), env)
      assert.ok(config.http.enabled)
    })
  }

  test('probes: liveness asks whether the loop turns, readiness whether every task does its work', async () => {
    const [genesis] = podOf(await rendered('workers-values.yaml')).containers
    assert.deepEqual(genesis.livenessProbe?.httpGet, { path: '/health', port: 'http', scheme: 'HTTPS' })
    assert.deepEqual(genesis.readinessProbe?.httpGet, { path: '/ready', port: 'http', scheme: 'HTTPS' })
    assert.deepEqual(genesis.ports, [{ name: 'http', containerPort: 8083 }])
  })

  test('models by their addresses: an init container writes what the worker only reads', async () => {
    const { initContainers = [], containers, volumes = [] } = podOf(await rendered('workers-values.yaml'))
    const [fetching] = initContainers
    assert.deepEqual(fetching.command?.slice(0, 2), ['node', 'deploy/fetch-models.js'])
    assert.equal(fetching.volumeMounts?.find(({ name }) => name === 'models')?.readOnly, undefined)
    assert.equal(containers[0].volumeMounts?.find(({ name }) => name === 'models')?.readOnly, true)
    assert.ok(volumes.find(({ name }) => name === 'models')?.emptyDir)
  })

  test('a sidecar runs beside the application, a job ends with its connectors', async () => {
    const sidecar = podOf(await rendered('sidecar-values.yaml'))
    const [worker, ready] = sidecar.initContainers ?? []
    assert.equal(worker.restartPolicy, 'Always')
    // An outage of Kafka holds the application up, and restarts nothing.
    assert.deepEqual(worker.startupProbe?.exec?.command, ['node', 'deploy/health-check.js'])
    assert.deepEqual(ready.command, ['node', 'deploy/health-check.js', '/ready', '--wait'])
    const impatient = podOf(await rendered('sidecar-values.yaml', '--set', 'sidecar.waitUntilReady=false'))
    assert.deepEqual(
      impatient.initContainers?.map(({ name }) => name),
      ['genesis'],
    )
    assert.deepEqual(
      sidecar.containers.map(({ name }) => name),
      ['app'],
    )
    const job = podOf(await rendered('job-values.yaml'))
    assert.ok(!job.containers[0].args?.includes('--watch'))
  })

  test('large numbers of a values file stay whole numbers, and 0 is not the same as none', async (t) => {
    const seconds = 'ttlSecondsAfterFinished: 2592000, activeDeadlineSeconds: 5000000, backoffLimit: 1000000'
    const own = await folderWith(t, {
      'large.yaml': `job: { ${seconds} }\nterminationGracePeriodSeconds: 3600000\n`,
      'zero.yaml': 'job: { ttlSecondsAfterFinished: 0 }\n',
      'none.yaml': 'job: { ttlSecondsAfterFinished: null }\n',
    })
    const specWith = async (file: string): Promise<string> => {
      const job = (await rendered('job-values.yaml', '-f', join(own, file))).find(({ kind }) => kind === 'Job')
      return JSON.stringify(job?.spec)
    }
    // As text: once parsed, 2.592e+06 is no different.
    const args = ['template', 'feed', folder, '--kube-version', '1.31.0', '-f', `${folder}ci/job-values.yaml`]
    const { stdout } = await run(helm, [...args, '-f', join(own, 'large.yaml')])
    for (const one of [...seconds.split(', '), 'terminationGracePeriodSeconds: 3600000'])
      assert.ok(stdout.includes(`${one}\n`), one)
    assert.match(await specWith('zero.yaml'), /"ttlSecondsAfterFinished":0/)
    assert.ok(!(await specWith('none.yaml')).includes('ttlSecondsAfterFinished'))
  })

  test('a changed connector file restarts no pod, a changed worker file all', async () => {
    const annotations = async (...more: string[]): Promise<unknown> =>
      (await rendered('workers-values.yaml', ...more)).find(({ kind }) => kind === 'Deployment')?.spec.template
        ?.metadata.annotations
    const before = await annotations()
    assert.deepEqual(await annotations('--set', 'connectors.shop\\.yaml.tasks.max=8'), before)
    assert.notDeepEqual(await annotations('--set', 'worker.log.level=debug'), before)
  })

  test('the test pod is none of those that the Service, the budget and the workers name as theirs', async () => {
    const manifests = await rendered('workers-values.yaml')
    const labels = manifests.find(({ kind }) => kind === 'Pod')?.metadata.labels ?? {}
    for (const kind of ['Service', 'PodDisruptionBudget', 'Deployment']) {
      const selector = manifests.find((one) => one.kind === kind)?.spec.selector
      const matched = (selector?.matchLabels ?? selector) as Record<string, string>
      assert.ok(
        Object.entries(matched).some(([key, value]) => labels[key] !== value),
        kind,
      )
    }
  })

  test('alerts are those of the file, but for those left out, with their labels unread by Helm', async () => {
    const rule = (await rendered('workers-values.yaml')).find(({ kind }) => kind === 'PrometheusRule')
    const [own, names] = rule?.spec.groups as { name: string; rules: { alert?: string; record?: string }[] }[]
    const expected = (await alertRules()).filter(({ alert }) => alert !== 'GenesisThrottled')
    assert.deepEqual(own.rules, expected)
    assert.ok(JSON.stringify(own).includes('{{ $labels.connector }}'))
    assert.ok(names.rules.every(({ record }) => record?.startsWith('kafka_connect_')))
  })

  test("the dashboard is the file's, where Grafana's sidecar looks for it", async () => {
    const map = (await rendered('workers-values.yaml')).find(({ metadata }) => metadata.name.endsWith('-dashboard'))
    assert.equal(map?.metadata.labels?.['grafana_dashboard'], '1')
    assert.deepEqual(JSON.parse(map?.data?.['genesis-connect.json'] ?? ''), JSON.parse(await read('dashboard.json')))
  })

  test('scales on lag by an external metric, or by KEDA, which asks what README.md has prometheus-adapter ask', async () => {
    const hpa = (await rendered('workers-values.yaml')).find(({ kind }) => kind === 'HorizontalPodAutoscaler')
    const [external, cpu] = hpa?.spec.metrics as { type: string; external?: { metric: { name: string } } }[]
    assert.deepEqual([external.type, cpu.type], ['External', 'Resource'])
    const [block] = /rules:\n {2}external:[^`]*/.exec(await read('README.md')) ?? ['']
    const { rules } = parse(block) as { rules: { external: { name: { as: string }; metricsQuery: string }[] } }
    const [{ name, metricsQuery }] = rules.external
    assert.equal(external.external?.metric.name, name.as)

    const byKeda = await rendered('workers-values.yaml', '--set', 'autoscaling.lag.by=keda', '--namespace', 'load')
    assert.ok(!byKeda.some(({ kind }) => kind === 'HorizontalPodAutoscaler'))
    const scaled = byKeda.find(({ kind }) => kind === 'ScaledObject')
    const [{ metadata }, other] = scaled?.spec.triggers as { type: string; metadata: { query: string } }[]
    assert.equal(
      metadata.query.trimEnd(),
      metricsQuery.replaceAll('<<.LabelMatchers>>', 'namespace="load",job="feed-genesis-connect"').trimEnd(),
    )
    assert.equal(other.type, 'cpu')
    const { selectors } = readPromql(metadata.query)
    const known = metrics.map((metric) => metric.name)
    assert.deepEqual(
      selectors.filter(({ series }) => !known.includes(series)),
      [],
    )
  })

  const refused = async (t: TestContext, name: string, set: string, reason: RegExp): Promise<void> =>
    t.test(set, () => assert.rejects(rendered(name, '--set', set), reason))

  test('what cannot be right is refused, with the way out', async (t) => {
    await refused(t, 'workers-values.yaml', 'models.configMaps[0]=m', /models come from one place; found models.files/)
    await refused(t, 'job-values.yaml', 'connectors=null', /mode: job needs connectors/)
    await refused(t, 'sidecar-values.yaml', 'sidecar.containers=null', /needs sidecar.containers/)
    await refused(t, 'job-values.yaml', 'image.digest=latest', /image.digest|image\/digest/)
    await refused(t, 'statefulset-values.yaml', 'http.insecure=false', /set http\.tls\.secret, http\.auth\.secret/)
    await refused(
      t,
      'workers-values.yaml',
      'worker.http.port=9000',
      /worker\.http\.port: probes need HTTP at http\.port/,
    )
    await refused(t, 'sidecar-values.yaml', 'worker.http.enabled=false', /worker\.http\.enabled/)
    await refused(t, 'workers-values.yaml', 'http.auth.secret=', /needs http\.auth\.secret/)
  })
})

describe(
  "Kubernetes' schemas",
  { skip: !(hasHelm && hasSchemas) && 'helm or kubernetes-validate (PyPI) is not installed' },
  () => {
    // What is wrong goes to its standard output.
    const validated = (version: string, ...files: string[]): Promise<string> =>
      run(validator, ['--strict', '--no-warn', '-k', version, ...files]).then(
        ({ stdout }) => stdout,
        (error: { readonly stdout?: string }) => Promise.reject(new Error(error.stdout)),
      )

    for (const version of ['1.29.0', '1.37.0'])
      test(`allow what the chart makes of every example, and the plain manifests, in ${version}`, async (t) => {
        const texts: Record<string, string> = {}
        const [keda, statefulSet] = ['autoscaling.lag.by=keda', 'kind=StatefulSet']
        const sets = [
          ...cases.map((name) => [name]),
          ['workers-values.yaml', keda],
          ['workers-values.yaml', statefulSet],
        ]
        for (const [name, ...set] of sets) {
          const more = set.flatMap((one) => ['--set', one])
          const { stdout } = await run(helm, [
            'template',
            'feed',
            folder,
            '--kube-version',
            version,
            '-f',
            `${folder}ci/${name}`,
            ...more,
          ])
          texts[`${[name, ...set].join('-')}.yaml`] = stdout
        }
        const own = await folderWith(t, texts)
        const plain = ['config', 'worker', 'sidecar'].map((name) => `${folder}../kubernetes/${name}.yaml`)
        const said = await validated(version, ...Object.keys(texts).map((name) => join(own, name)), ...plain)
        for (const kind of ['deployment', 'statefulset', 'job', 'horizontalpodautoscaler', 'networkpolicy', 'pod'])
          assert.match(said, new RegExp(`passed for resource ${kind}/`))
      })

    test('refuse a key that does not exist', async (t) => {
      const own = await folderWith(t, {
        'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { portz: [] }\n',
      })
      await assert.rejects(validated('1.37.0', join(own, 'a.yaml')), /portz/)
    })
  },
)
