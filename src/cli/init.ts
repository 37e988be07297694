import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { GenesisError } from '../errors.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { typeLanguages } from './describe-types.js'
import { defaultFitFlags, fit } from './fit.js'
import { firstFreePort } from './init/free-port.js'
import { composeText, connectorText, declarationText, nextSteps, workerText } from './init/texts.js'
import { wishedColumns, type WishedColumn } from './init/wish-list.js'

interface Flags {
  readonly name?: string
  readonly columns?: string
  readonly dir: string
}

/** Paths relative to the working directory, as the user would type them. */
interface Input {
  readonly model: Model
  readonly modelFile: string
  readonly schemaFile: string
}

const tableName = /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz)?$/i
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
const packageRoot = fileURLToPath(new URL('../../', import.meta.url))

/** `genesis init`: everything a first connector needs, from a table, a model, a schema or a list of columns. */
export function initCommand(): Command {
  return new Command('init')
    .description(
      'Writes a first connector with its model and schema, a worker file, and a Compose file with Kafka and a registry. Existing files are never overwritten.',
    )
    .argument(
      '[source]',
      'a table to train a model from, a model, a declaration, or a schema (default: the table in this folder, otherwise an example)',
    )
    .option(
      '--columns <list>',
      'instead of a source: columns to declare, as in "id, email, age:18..90, plan:free|paid"',
    )
    .option('--name <name>', "name of the connector and its topic (default: the source's; with --columns, records)")
    .option('--dir <folder>', 'where to write', '.')
    .addHelpText(
      'after',
      `
Examples:
  genesis init
  genesis init customers.csv
  genesis init customer.avsc --dir feed
  genesis init --columns "id, name, email, price, status:new|paid|shipped, created_at" --name orders

If KAFKA_BROKERS is set, the worker file and the Compose file are not written, and records are JSON unless SCHEMA_REGISTRY_URL is also set.`,
    )
    .action(async (source: string | undefined, flags: Flags) => init(source, flags))
}

async function init(given: string | undefined, flags: Flags): Promise<void> {
  if (flags.columns !== undefined && given !== undefined)
    throw new GenesisError('USAGE', 'either a source or columns', { place: '--columns', found: `the source ${given}` })
  const columns = flags.columns === undefined ? null : wishedColumns(flags.columns)
  const source = columns === null ? await sourceOf(given) : null
  const name = flags.name ?? (source === null ? 'records' : nameOf(source))
  checkName(name)
  const place = (path: string): string => join(flags.dir, path)
  const connectorFile = place(`connectors/${name}.yaml`)
  // Checked before a training run that may take minutes.
  await refuse(connectorFile)
  const input = columns === null ? await inputOf(source!, name, place) : await declare(columns, name, place)
  if (input === null) return
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registry } = process.env
  const fromConnector = (path: string): string => relative(resolve(dirname(connectorFile)), resolve(path))
  const text = connectorText(input.model, {
    name,
    model: fromConnector(input.modelFile),
    schema: brokers !== undefined && registry === undefined ? null : fromConnector(input.schemaFile),
  })
  await writeNew(connectorFile, text)
  const surroundings = brokers === undefined ? await writeSurroundings(place) : null
  say(nextSteps({ ...input, connectorFile, surroundings, byNpx: process.env.npm_lifecycle_event === 'npx' }))
}

/** What to begin with, if columns are not listed. */
async function sourceOf(given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const table = await onlyTable()
  say(
    table === undefined
      ? 'no table here, so using an example; `genesis init TABLE` uses your own, `genesis init --columns LIST` declares columns'
      : `using the table in this folder: ${table}`,
  )
  return table ?? join(packageRoot, 'models', 'customers.json')
}

/** Writes a declaration of the columns, and says what was guessed. */
async function declare(
  columns: readonly WishedColumn[],
  name: string,
  place: (path: string) => string,
): Promise<Input> {
  const modelFile = place(`models/${name}.yaml`)
  const schemaFile = place(`schemas/${name}.avsc`)
  await writeNew(modelFile, declarationText(name, columns))
  const model = await loadModel(modelFile)
  await writeNew(schemaFile, typeLanguages.avro(model))
  const named = (because: WishedColumn['because']): string =>
    columns.flatMap((column) => (column.because === because ? [column.name] : [])).join(', ')
  if (named('name') !== '') say(`note: guessed from their names: ${named('name')}; change them in ${modelFile}`)
  if (named('nothing') !== '')
    say(`note: of ${named('nothing')} the name says nothing: random letters; say what they hold in ${modelFile}`)
  return { model, modelFile, schemaFile }
}

/** The table in the working directory, if any. Throws USAGE if there are several. */
async function onlyTable(): Promise<string | undefined> {
  const tables = (await readdir('.')).filter((name) => tableName.test(name)).sort()
  if (tables.length > 1)
    throw new GenesisError('USAGE', 'more than one table in this folder', {
      found: tables.join(', '),
      expected: 'one of them as an argument',
    })
  return tables.at(0)
}

function nameOf(path: string): string {
  const name = basename(path).replace(/\.(csv|tsv|txt|jsonl?|ndjson|parquet|avsc|ya?ml)(\.gz)?$/i, '')
  return name.replaceAll(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,127}$/.test(name)) return
  throw new GenesisError('USAGE', 'not a valid name for a connector and its topic', {
    place: '--name',
    found: name,
    expected: 'letters, digits, ".", "_" and "-", starting with a letter or digit, at most 128 characters',
  })
}

/** The files the connector names, written if missing. Null: training was interrupted. */
async function inputOf(source: string, name: string, place: (path: string) => string): Promise<Input | null> {
  // A schema is a model too.
  if (/\.avsc$/i.test(source)) return { model: await loadModel(source), modelFile: source, schemaFile: source }
  const modelFile = place(`models/${name}.json`)
  const schemaFile = place(`schemas/${name}.avsc`)
  if (!(await isThere(source)))
    throw new GenesisError('USAGE', 'the source cannot be read', { place: source, found: 'no such file' })
  // Stays where it is: it may include other files.
  if (/\.ya?ml$/i.test(source)) {
    const model = await loadModel(source)
    await writeNew(schemaFile, typeLanguages.avro(model))
    return { model, modelFile: source, schemaFile }
  }
  const isModel = source.startsWith(packageRoot) || (await readsAsModel(source))
  if (resolve(source) !== resolve(modelFile)) {
    await refuse(modelFile)
    if (isModel) await writeNew(modelFile, await readFile(source))
    else {
      await makeFolder(dirname(modelFile))
      if (!(await fit(source, { ...defaultFitFlags, out: modelFile }))) return null
    }
  }
  const model = await loadModel(modelFile)
  await writeNew(schemaFile, typeLanguages.avro(model))
  return { model, modelFile, schemaFile }
}

/** A .json file may also be a table: an array, or JSON lines. */
async function readsAsModel(path: string): Promise<boolean> {
  if (!/\.json$/i.test(path)) return false
  return loadModel(path).then(
    () => true,
    () => false,
  )
}

/**
 * A Compose file with Kafka and a registry, and a worker file that points to them. If they exist already, both are
 * left alone.
 */
async function writeSurroundings(place: (path: string) => string): Promise<{ worker: string; compose: string }> {
  const others = await Promise.all(composeNames.map((name) => isThere(place(name))))
  const own = place('docker-compose.kafka.yml')
  const surroundings = {
    worker: place('worker.yaml'),
    compose: others.includes(true) ? own : place('docker-compose.yml'),
  }
  if (await isThere(surroundings.worker)) {
    say(`unchanged: ${surroundings.worker}`)
    return { ...surroundings, compose: (await isThere(own)) ? own : place('docker-compose.yml') }
  }
  const ports = {
    kafkaPort: await firstFreePort([9092, 19092, 29092]),
    registryPort: await firstFreePort([8081, 18081, 28081]),
  }
  const shipped = await readFile(join(packageRoot, 'docker-compose.yml'), 'utf8')
  await writeNew(surroundings.compose, composeText(shipped, ports))
  await writeNew(surroundings.worker, workerText(ports))
  return surroundings
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function refuse(path: string): Promise<void> {
  if (await isThere(path)) throw exists(path)
}

function exists(path: string): GenesisError {
  return new GenesisError('USAGE', 'the file already exists', {
    place: path,
    remedy: 'Choose another --name or --dir, or remove it',
  })
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw unwritable(path, error)
  })
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  await writeFile(path, content, { flag: 'wx' }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(path) : unwritable(path, error)
  })
  say(`wrote ${path}`)
}

function unwritable(path: string, cause: unknown): GenesisError {
  const { code, message } = cause as NodeJS.ErrnoException
  return new GenesisError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'DISK_FULL' : 'USAGE',
    'the file cannot be written',
    {
      place: path,
      found: message,
      cause,
    },
  )
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
