import { Command } from 'commander'
import { distinct } from '../config/check.js'
import { readConnectors, throwIfNone } from '../config/connector-file.js'
import { checkOnWorker, needsRegistry } from '../connector/preflight.js'
import { connectorJsonSchema } from '../config/connector-json-schema.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { hideSecrets } from '../config/hide-secrets.js'
import { withoutSecrets } from '../config/placeholders.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { errorsIn, errorTable, GenesisError } from '../errors.js'
import { checkOffline, inConnector } from '../connector/check-offline.js'
import { errorLine } from './report.js'

interface ValidateFlags {
  readonly schema?: true
  readonly online?: true
  readonly worker?: string
  readonly json?: true
}

export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'Checks connector files and what they refer to: model, conditions, schema; with --online also brokers, topics, checkpoints, registry and compatibility. Creates, registers and sends nothing.',
    )
    .argument('[paths...]', 'connector files, or folders of them', ['connectors'])
    .option('--online', 'also check against the brokers and the registry')
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .option('--schema', 'print the JSON Schema of connector files, for editors, and exit')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  genesis validate connectors/
  KAFKA_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 genesis validate connectors/ --online
  genesis validate --schema > connector.schema.json

Exit status: 0 valid; 1 the files are valid, but a broker or the registry rejected them or did not respond; 2 invalid input.`,
    )
    .action(async (paths: string[], flags: ValidateFlags) => {
      process.exitCode = await validate(paths, flags)
    })
}

async function validate(paths: readonly string[], flags: ValidateFlags): Promise<number> {
  if (flags.schema) {
    process.stdout.write(`${JSON.stringify(connectorJsonSchema('genesis-connect connector'), null, 2)}\n`)
    return 0
  }
  const found = await readConnectors(paths, process.env)
  throwIfNone(found, paths)
  const { connectors, drafts, shared, secrets } = found
  const sharing = new Set(shared.flatMap(({ second }) => second.deliveries))
  const errors = [...found.errors]
  let worker: WorkerConfig | null = null
  if (flags.online || flags.worker !== undefined) {
    try {
      worker = await loadWorker(flags.worker ?? null, process.env)
    } catch (error) {
      if (!(error instanceof GenesisError)) throw error
      errors.push(...errorsIn(error))
    }
  }
  const good: ConnectorConfig[] = []
  const notes = new Set<string>()
  for (const connector of connectors) {
    const found = worker === null ? [] : checkOnWorker(connector, worker)
    const { errors: offline, unusedColumns } = await checkOffline(connector)
    found.push(...offline)
    if (found.length === 0 && flags.online && worker !== null && connector.sink.type === 'kafka') {
      // Loaded lazily: the Kafka libraries take longer to load than everything else.
      const { checkOnline } = await import('../sink/kafka/check-online.js')
      const { checkDelivery } = await import('../sink/kafka/check-delivery.js')
      found.push(...(await checkOnline(connector, worker)))
      const delivery = await checkDelivery(connector, worker)
      found.push(...delivery.errors.flatMap((error) => inConnector(connector, error)))
      for (const note of delivery.notes) notes.add(`note: ${note}\n`)
    }
    errors.push(...found)
    if (found.length === 0 && !sharing.has(connector) && !isTwin(connector, errors)) good.push(connector)
    if (unusedColumns.length > 0) {
      notes.add(`note: ${connector.file}: the schema omits model columns ${unusedColumns.join(', ')}\n`)
    }
  }
  const unregistered = worker === null && !process.env.SCHEMA_REGISTRY_URL ? good.filter(needsRegistry) : []
  if (unregistered.length > 0) {
    const names = unregistered.map(deliveryName).join(', ')
    notes.add(`note: values with a schema need a schema registry, and SCHEMA_REGISTRY_URL is not set: ${names}\n`)
  }
  for (const { connector, wrong } of drafts) errors.push(...(await checkOffline(connector, undefined, wrong)).errors)
  for (const note of notes) process.stderr.write(withoutSecrets(note, secrets))
  const shown = distinct(errors.map((error) => hideSecrets(error, secrets)))
  if (flags.json) process.stdout.write(`${JSON.stringify(asJson(good, shown))}\n`)
  else {
    for (const connector of good) process.stdout.write(`${connector.file}: ${deliveryName(connector)} is valid\n`)
    for (const error of shown) process.stderr.write(`${errorLine(error)}\n`)
  }
  return errors.reduce((status, { code }) => Math.max(status, errorTable[code].exit), 0)
}

/** Whether an earlier connector has the same name. */
function isTwin({ name, file }: ConnectorConfig, errors: readonly GenesisError[]): boolean {
  return errors.some(({ code, details: { place, found } }) => {
    return code === 'CONNECTOR_DUPLICATE' && place === file && (found ?? '').startsWith(`${name},`)
  })
}

function asJson(good: readonly ConnectorConfig[], errors: readonly GenesisError[]): object {
  return {
    valid: errors.length === 0,
    connectors: good.map(({ name, sinkName, file }) => ({ name, ...(sinkName !== null && { sink: sinkName }), file })),
    errors: errors.map(({ code, message, details: { place, found, expected, remedy } }) => {
      return { code, message, place, found, expected, remedy }
    }),
  }
}
