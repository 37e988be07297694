/** Connectors from files and folders; resolve-connector.ts reads each. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { errorsIn, GenesisError } from '../errors.js'
import { throwErrors } from './check.js'
import { fileExtensions, type ConnectorConfig } from './connector.js'
import { hideSecrets } from './hide-secrets.js'
import { isObject } from './is-object.js'
import { readSinks, type ConnectorDraft, type ReadConnectors } from './resolve-connector.js'
import { secretsOf, type Environment } from './placeholders.js'
import type { RawConfig, RawConnector } from './raw-connector.js'
import { sharedFiles, type SharedFile } from './shared-files.js'
import { readSources, unreadable } from './source.js'
import type { ConfigSource } from './source.js'

/**
 * The connectors of files and folders (of a folder: its *.yaml, *.yml and *.json, sorted by name, not recursively).
 * `secrets`: their resolved placeholders, and how they are written. Throws one GenesisError with the errors of all files in
 * `details.all`; USAGE if there is no connector.
 */
export async function loadConnectors(
  paths: readonly string[],
  env: Environment,
): Promise<{ readonly connectors: ConnectorConfig[]; readonly secrets: ReadonlyMap<string, string> }> {
  const found = await readConnectors(paths, env)
  throwErrors(found.errors)
  throwIfNone(found, paths)
  return found
}

/** Throws if there is neither a connector nor an error in the files and folders: nobody means that. */
export function throwIfNone(
  { connectors, errors }: { readonly connectors: readonly unknown[]; readonly errors: readonly unknown[] },
  paths: readonly string[],
): void {
  if (connectors.length > 0 || errors.length > 0) return
  throw new GenesisError('USAGE', 'there is no connector', {
    place: paths.join(' '),
    expected: 'a connector file, or a folder with *.yaml, *.yml or *.json files',
  })
}

/** Like loadConnectors, but also returns the good ones. A connector with several sinks is one for each of them. */
export async function readConnectors(
  paths: readonly string[],
  env: Environment,
): Promise<ReadConnectors & Pick<ReadDocuments, 'shared' | 'secrets'>> {
  const { documents, ...found } = await readDocuments(paths, env)
  return { ...found, connectors: documents.flatMap(({ deliveries }) => deliveries) }
}

/** A connector of a file: as written, and as resolved now, once per sink. */
export interface ConnectorDocument {
  readonly raw: RawConnector
  readonly deliveries: readonly ConnectorConfig[]
}

/** What files and folders contain. */
export interface ReadDocuments extends Omit<ReadConnectors, 'connectors'> {
  readonly documents: ConnectorDocument[]
  /** The connectors that would write to the same file; `errors` has an error for each pair. */
  readonly shared: readonly SharedFile<ConnectorDocument>[]
  /** Resolved placeholders of all files, with their source text. */
  readonly secrets: ReadonlyMap<string, string>
}

/** The connectors without errors; of two in one file with the same name, the first. */
export async function readDocuments(paths: readonly string[], env: Environment): Promise<ReadDocuments> {
  const found: ConnectorDocument[] = []
  const secrets = new Map<string, string>()
  const sources = new Map<ConnectorDocument, ConfigSource>()
  const drafts: ConnectorDraft[] = []
  const errors: GenesisError[] = []
  const collect = (error: unknown): void => void errors.push(...errorsIn(error))
  for (const path of paths) {
    const files = await filesOf(path).catch((error: unknown) => (collect(error), []))
    for (const file of files) {
      for (const source of await readSources(file).catch((error: unknown) => (collect(error), []))) {
        const read = readSinks(source, { env, folder: dirname(file) })
        if (read.errors.length === 0) {
          const document = { raw: rawOf(source, read.connectors[0].name), deliveries: read.connectors }
          found.push(document)
          sources.set(document, source)
        }
        errors.push(...read.errors)
        drafts.push(...read.drafts)
        for (const [secret, written] of secretsOf(source.value, env, dirname(file))) secrets.set(secret, written)
      }
    }
  }
  errors.push(...duplicates(found.map(({ deliveries: [first] }) => first)))
  const shared = sharedFiles(found, (document, sinkName) => {
    const path = sinkName === null ? ['sink', 'path'] : ['sinks', sinkName, 'path']
    return sources.get(document)?.place(path) ?? ''
  })
  errors.push(...shared.map(({ error }) => error))
  const shown = errors.map((error) => hideSecrets(error, secrets))
  return { documents: withoutTwins(found), shared, errors: shown, drafts, secrets }
}

function rawOf({ value, file }: ConfigSource, name: string): RawConnector {
  return { name, config: (isObject(value) ? value : {}) as RawConfig, file }
}

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && fileExtensions.has(extname(entry.name)))
      .map((entry) => join(path, entry.name))
      .sort()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function duplicates(connectors: readonly ConnectorConfig[]): GenesisError[] {
  const first = new Map<string, ConnectorConfig>()
  const errors: GenesisError[] = []
  for (const connector of connectors) {
    const earlier = first.get(connector.name)
    if (earlier === undefined) first.set(connector.name, connector)
    else {
      errors.push(
        new GenesisError('CONNECTOR_DUPLICATE', 'two connectors have the same name', {
          place: connector.file ?? undefined,
          found: `${connector.name}, also in ${earlier.file}`,
          expected: 'a unique name',
        }),
      )
    }
  }
  return errors
}

/** Of two connectors in one file with the same name, the first. */
function withoutTwins(found: readonly ConnectorDocument[]): ConnectorDocument[] {
  const first = new Map<string, ConnectorDocument>()
  for (const document of found) {
    const key = JSON.stringify([document.raw.file, document.raw.name])
    if (!first.has(key)) first.set(key, document)
  }
  return [...first.values()]
}
