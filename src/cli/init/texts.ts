/** The files that `genesis init` writes, and its closing message. */
import { dirname } from 'node:path'
import { Document, parseDocument } from 'yaml'
import type { Model } from '../../model/model.js'
import type { WishedColumn } from './wish-list.js'

export interface Ports {
  readonly kafkaPort: number
  readonly registryPort: number
}

/** A connector file; paths are relative to it. `schema`: null for JSON, which needs no registry. */
export function connectorText(
  model: Model,
  { name, model: modelFile, schema }: { readonly name: string; readonly model: string; readonly schema: string | null },
): string {
  const key = keyOf(model)
  const example = exampleCondition(model)
  return [
    '# All keys: docs/connector.md of the package genesis-connect. `genesis validate` checks this file.',
    `name: ${name}`,
    `model: ${plain(modelFile)}`,
    `topic: ${name}`,
    'topic_creation: { partitions: 3 }',
    ...(key === null ? [] : [`key: ${plain(key)}`]),
    `value: { ${schema === null ? 'format: json' : `format: avro, schema: ${plain(schema)}`} }`,
    ...(example === null ? [] : ['# Only records that satisfy this; rare ones are generated just as fast:', example]),
    '# Records per second; without a rate, unlimited. max_records ends the stream.',
    'throughput: { rate: 100 }',
    '',
  ].join('\n')
}

/** The first column with a unique value per record. */
function keyOf({ columns }: Model): string | null {
  const column = columns.find(({ hidden, source }) => hidden !== true && isUnique(source))
  return column?.name ?? null
}

function isUnique(source: Model['columns'][number]['source']): boolean {
  if (source.from === 'cycle') return source.step === 1 && source.restart === undefined
  return source.from === 'sequence' || source.from === 'uuid'
}

/** A commented-out condition on the text column with the fewest values. */
function exampleCondition({ fields }: Model): string | null {
  const [first] = fields
    .filter(({ type, vector }) => type.kind === 'string' && vector === 'dictionary')
    .map(({ name, dictionary = [] }) => ({ name, words: dictionary.filter((word) => typeof word === 'string') }))
    .filter(({ words }) => words.length > 1)
    .sort((a, b) => a.words.length - b.words.length)
  return first === undefined ? null : `# conditions: { ${plain(first.name)}: ${plain(first.words[0])} }`
}

/** Unquoted if YAML reads it as a string anywhere. */
function plain(text: string): string {
  const isWord = /^[A-Za-z_.][\w./-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n|\.(inf|nan))$/i.test(text)
  return isWord ? text : JSON.stringify(text)
}

/** A worker file for the services of {@link composeText}. */
export function workerText({ kafkaPort, registryPort }: Ports): string {
  return [
    '# Kafka and registry of the Compose file. For your own, change this, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.',
    'kafka:',
    `  brokers: ['localhost:${kafkaPort}']`,
    'registry:',
    `  url: http://localhost:${registryPort}/apis/ccompat/v7`,
    '',
  ].join('\n')
}

/** The shipped Compose file without the worker, on these ports. */
export function composeText(shipped: string, { kafkaPort, registryPort }: Ports): string {
  const document = parseDocument(shipped.replace(/^(#.*\n)+\n*/, ''))
  document.deleteIn(['services', 'worker'])
  const services = document
    .toString({ lineWidth: 0, flowCollectionPadding: false })
    .replaceAll('KAFKA_PORT:-9092', `KAFKA_PORT:-${kafkaPort}`)
    .replaceAll('REGISTRY_PORT:-8081', `REGISTRY_PORT:-${registryPort}`)
  return `# A broker and a schema registry, local to this machine and without a volume: \`docker compose down\` deletes all records.\n${services}`
}

export interface NextSteps {
  readonly modelFile: string
  readonly connectorFile: string
  /** Null: the brokers come from the environment. */
  readonly surroundings: { readonly worker: string; readonly compose: string } | null
  readonly byNpx: boolean
}

/** Commands to copy. */
export function nextSteps({ modelFile, connectorFile, surroundings, byNpx }: NextSteps): string {
  const program = byNpx ? 'npx genesis-connect' : 'genesis'
  const worker = surroundings === null ? '' : ` --worker ${surroundings.worker}`
  const file = surroundings?.compose === 'docker-compose.yml' ? '' : ` -f ${surroundings?.compose}`
  return [
    '',
    'Preview the records:',
    `  ${program} stream ${modelFile} --max-records 5`,
    '',
    `Feed the topic${surroundings === null ? ' on the brokers of KAFKA_BROKERS' : ''}; Ctrl-C stops, and the next run resumes there:`,
    ...(surroundings === null ? [] : [`  docker compose${file} up -d --wait`]),
    `  ${program} run ${dirname(connectorFile)}${worker}`,
    '',
    'Compare the topic with its stream, record by record:',
    `  ${program} verify ${connectorFile}${worker}`,
    ...(surroundings === null
      ? []
      : ['', `Without Docker: put the addresses of your Kafka and registry into ${surroundings.worker}.`]),
  ].join('\n')
}

/** A declaration to edit, with these columns. */
export function declarationText(name: string, columns: readonly WishedColumn[]): string {
  const lines = columns.map(({ name: column, keys, because }) => {
    const text = `  ${plain(column)}: ${flow(keys)}`
    return because === 'nothing' ? `${text} # letters: its name says nothing` : text
  })
  return [
    '# Declared, not learned: change what does not fit. All kinds and keys: docs/declared.md of the package genesis-connect.',
    '# `genesis stream` shows the records; expressions compute columns from others.',
    `name: ${name}`,
    'columns:',
    ...lines,
    '',
  ].join('\n')
}

/** A mapping in one line. */
function flow(keys: WishedColumn['keys']): string {
  return new Document(keys).toString({ collectionStyle: 'flow', lineWidth: 0 }).trim()
}
