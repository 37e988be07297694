/** Requests as nobody means them, and as somebody might who means no good. */
import fc from 'fast-check'
import { connectorClass, datagenClass } from '#src/config/connector-class.js'

export interface WildRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | undefined
}

/** Which must never be in an answer. */
export const secret = 'Xk7-the-secret-of-the-environment'
export const secretName = 'REST_FUZZ_SECRET'

/** In a file that connectors may read; must never be in an answer either. */
export const fileSecret = 'Bv3-the-secret-of-the-file'

/** Stands for a body over the limit: a million letters do not belong into a counterexample. */
export const tooLarge = '<too large>'

const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c d', 'e/f', '..', '100%', 'ü') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'x'.repeat(600), '\0', '${env:HOME}') },
)

/** Paths that lead out of the worker's folders, by every way that comes to mind. */
function pathsTo(outside: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    outside,
    `../${outside.split('/').at(-1)}`,
    `models/../../${outside.split('/').at(-1)}`,
    `./../${outside.split('/').at(-1)}`,
    '/etc/passwd',
    '../../../../../../etc/passwd',
    '/proc/self/environ',
    'file:///etc/passwd',
    `\${file:${outside}}`,
    `\${file:../${outside.split('/').at(-1)}}`,
    '${file:/etc/passwd:root}',
    `\${env:${secretName}}`,
    '${file:allowed.properties:password}',
    'model.json\0/../../x',
  )
}

function valuesOf(outside: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: pathsTo(outside) },
    { weight: 2, arbitrary: fc.constantFrom('1', '0', '-1', '1e999', 'NaN', 'true', '', ' ', '{}', '[]', 'null') },
    { weight: 1, arbitrary: fc.constantFrom(`{"id":"\${env:${secretName}}"}`, '{"id":{"id":1}}', '{"nothing":1}') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.oneof(nestedTexts, schemas) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('1000000000', '9007199254740993', '-0', '0x10', '1_000', '١', '1'.repeat(400)),
    },
  )
}

/** JSON in a value of a configuration: the limits of a body's nesting do not see it. */
const nestedTexts = fc
  .tuple(
    fc.constantFrom(
      ['[', ']'],
      ['{"and":[', ']}'],
      ['{"not":', '}'],
      ['{"__proto__":', '}'],
      ['{"type":"array","items":', '}'],
      ['{"type":"record","name":"r","fields":[{"name":"f","type":', '}]}'],
      ['["null",', ']'],
    ),
    fc.constantFrom(1, 3, 60, 200, 20_000),
  )
  .map(([[open, close], depth]) => open.repeat(depth) + '"int"' + close.repeat(depth))

/** Avro schemas with datagen's annotations, most of them wrong in some way. */
const schemas = fc
  .tuple(
    fc.constantFrom('int', 'long', 'string', 'double', 'bytes', 'boolean', 'r', '__proto__'),
    fc.constantFrom<unknown[]>(
      {},
      null,
      { regex: '(a+)+$' },
      { regex: '[a-z]{1,1000000000}' },
      { regex: '[' },
      { regex: '(('.repeat(5000) },
      { length: 1e9 },
      { length: { min: 5, max: -5 } },
      { range: { min: 1e308, max: -1e308 } },
      { range: {} },
      { options: [] },
      { options: ['a', 1, null] },
      { options: { file: '/etc/passwd', encoding: 'json' } },
      { iteration: { start: 0, step: 0 } },
      { iteration: { start: 'x' } },
      { odds: 2 },
      { __proto__: { length: 1 } },
    ),
    fc.constantFrom('f', 'f', '__proto__', 'a b', ''),
  )
  .map(([type, annotations, name]) =>
    JSON.stringify({ type: 'record', name: 'r', fields: [{ name, type: { type, 'arg.properties': annotations } }] }),
  )

const keys = fc.constantFrom(
  'connector.class',
  'name',
  'model',
  'topic',
  'tasks.max',
  'seed',
  'key',
  'conditions',
  'references',
  'value.schema',
  'value.format',
  'value.subject',
  'throughput.rate',
  'throughput.rat',
  'throughput.max_records',
  'throughput.shape.type',
  'throughput.shape.curve',
  'sink.type',
  'sink.path',
  'sink.url',
  'sinks.a.type',
  'sinks.a.path',
  'disturb.late.probability',
  'topic_creation.config.retention.ms',
  'topic.creation.default.partitions',
  'transforms',
  'kafka.topic',
  'quickstart',
  'schema.string',
  'schema.filename',
  'schema.keyfield',
  'max.interval',
  'iterations',
  'random.seed',
  'key.converter',
  'value.converter',
  'value.converter.schemas.enable',
  'producer.override.compression.type',
  'transaction.boundary',
  'exactly.once.support',
  'errors.deadletterqueue.topic.name',
  '__proto__',
  'constructor',
  'toString',
  'x.own',
)

/** Keys whose value is shown as what it stands for: where a topic is, is no secret. */
const shown: ReadonlySet<string> = new Set(['topic', 'kafka.topic', 'errors.deadletterqueue.topic.name'])

function configs(outside: string): fc.Arbitrary<string> {
  const own = `"connector.class":"${connectorClass}","model":"model.json","topic":"t","value.format":"json"`
  const json = `"value.converter":"org.apache.kafka.connect.json.JsonConverter","value.converter.schemas.enable":"false"`
  const bare = `"connector.class":"${datagenClass}","kafka.topic":"t",${json}`
  const starts = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('', own, own, `${bare},"quickstart":"users"`) },
    {
      weight: 1,
      arbitrary: fc.oneof(nestedTexts, schemas).map((text) => `${bare},"schema.string":${JSON.stringify(text)}`),
    },
  )
  const pair = fc
    .tuple(keys, valuesOf(outside))
    .map(([key, value]) => [key, shown.has(key) && String(value).includes('${') ? 'u' : value] as const)
  return fc.tuple(starts, fc.array(pair, { maxLength: 4 })).map(([start, pairs]) => {
    const more = pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`)
    return `{${[...(start === '' ? [] : [start]), ...more].join(',')}}`
  })
}

function bodies(outside: string): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.tuple(names, configs(outside)).map(([name, config]) => creation(name, config)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(names, configs(outside), fc.constantFrom('STOPPED', 'paused', 'RUNNING', 'x'))
        .map(([name, config, state]) => creation(name, config, `,"initial_state":"${state}"`)),
    },
    { weight: 4, arbitrary: configs(outside) },
    { weight: 2, arbitrary: configs(outside).map((config) => `{"config":${config},"records":3}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }))
        .map(([partition, offset]) => JSON.stringify({ offsets: [{ partition, offset }] })),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 99 })
        .map((position) => JSON.stringify({ offsets: [{ partition: { shard: 0 }, offset: { position } }] })),
    },
    { weight: 1, arbitrary: fc.constantFrom('{"level":"debug"}', '{"level":7}', '{"level":"x"}') },
    { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 1, arbitrary: fc.nat({ max: 3000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)) },
    { weight: 1, arbitrary: fc.nat({ max: 500 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) },
    { weight: 1, arbitrary: fc.constant('{"__proto__":{"isAdmin":true},"name":"a","config":{}}') },
    { weight: 1, arbitrary: fc.constant(tooLarge) },
    { weight: 1, arbitrary: fc.constantFrom('', undefined, 'null', '\ufeff{}', '{"a":1}{"b":2}', '"\\ud800"') },
  )
}

function creation(name: string, config: string, more = ''): string {
  return `{"name":${JSON.stringify(name)},"config":${config}${more}}`
}

const urls = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '/',
      '/connectors',
      '/connectors?expand=info&expand=status',
      '/connector-plugins',
      '/admin/loggers',
      '/genesis/connectors',
      '/genesis/dry-run',
      '/genesis/jobs',
      '/metrics',
      '/ready',
      '/openapi.json',
      `/connector-plugins/${connectorClass}/config/validate`,
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        names,
        fc.constantFrom(
          '',
          '/config',
          '/status',
          '/pause',
          '/resume',
          '/stop',
          '/restart',
          '/restart?includeTasks=true&onlyFailed=true',
          '/tasks',
          '/tasks/0/status',
          '/tasks/0/restart',
          '/tasks/-9/restart',
          '/offsets',
          '/topics',
          '/topics/reset',
        ),
      )
      .map(([name, rest]) => `/connectors/${escaped(name)}${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(names, fc.constantFrom('', '/verify', '/model'))
      .map(([name, rest]) => `/genesis/connectors/${escaped(name)}${rest}`),
  },
  { weight: 1, arbitrary: names.map((name) => `/admin/loggers/${escaped(name)}?scope=cluster`) },
  { weight: 1, arbitrary: fc.webPath().map((path) => `/${path}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('/%', '/connectors/%E0%A4', '/connectors/%00', '//', '/connectors/a//config'),
  },
)

function escaped(name: string): string {
  return encodeURIComponent(Buffer.from(name).toString())
}

const headers: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Readonly<Record<string, string>>[]>(
      {},
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { accept: 'text/html' },
      { accept: ';;;,,,' },
    ),
  },
)

/** Right methods to right places, with what may be wrong inside: most of them get as far as a herder. */
function aimed(outside: string): fc.Arbitrary<WildRequest> {
  const post = (url: string) => (payload: string) => ({ method: 'POST' as const, url, headers: asJson, payload })
  const state = fc.constantFrom('', ',"initial_state":"STOPPED"', ',"initial_state":"PAUSED"')
  const none = fc.constant(undefined)
  const to = (method: WildRequest['method'], rest: readonly string[]) =>
    fc.tuple(names, fc.constantFrom(...rest)).map(([name, part]) => ({
      method,
      url: `/connectors/${escaped(name)}${part}`,
      headers: asJson,
      payload: undefined,
    }))
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(names, configs(outside), state)
        .map(([name, config, more]) => creation(name, config, more))
        .map(post('/connectors')),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(names, configs(outside), fc.constantFrom('PUT', 'PATCH')).map(([name, config, method]) => ({
        method: method,
        url: `/connectors/${escaped(name)}/config`,
        headers: asJson,
        payload: config,
      })),
    },
    {
      weight: 2,
      arbitrary: configs(outside)
        .map((config) => `{"config":${config},"records":3}`)
        .map(post('/genesis/dry-run')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(configs(outside), fc.constantFrom(connectorClass, datagenClass, 'x'))
        .map(([payload, plugin]) => ({
          method: 'PUT' as const,
          url: `/connector-plugins/${plugin}/config/validate`,
          headers: asJson,
          payload,
        })),
    },
    { weight: 2, arbitrary: to('PUT', ['/pause', '/resume', '/stop', '/topics/reset']) },
    { weight: 1, arbitrary: to('POST', ['/restart', '/restart?includeTasks=true', '/tasks/0/restart']) },
    { weight: 2, arbitrary: to('GET', ['', '/status', '/tasks', '/offsets', '/topics', '/config']) },
    { weight: 1, arbitrary: to('DELETE', ['', '/offsets']) },
    {
      weight: 1,
      arbitrary: fc.tuple(names, bodies(outside)).map(([name, payload]) => ({
        method: 'PATCH' as const,
        url: `/connectors/${escaped(name)}/offsets`,
        headers: asJson,
        payload,
      })),
    },
    {
      weight: 1,
      arbitrary: none.map(() => ({
        method: 'GET' as const,
        url: '/genesis/connectors',
        headers: asJson,
        payload: undefined,
      })),
    },
  )
}

const asJson = { 'content-type': 'application/json' }

/** `outside`: a file that no answer may have anything of. */
export function wildRequests(outside: string): fc.Arbitrary<WildRequest> {
  const wild = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'POST', 'PUT'),
    url: urls,
    headers,
    payload: bodies(outside),
  })
  return fc.oneof({ weight: 2, arbitrary: aimed(outside) }, { weight: 1, arbitrary: wild })
}
