import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readConnectors } from '../config/connector-file.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { Environment } from '../config/placeholders.js'
import { filesOfModel } from '../model/model-files.js'
import { versionOf } from './file-version.js'

/**
 * The files a connector depends on besides its own: model, schema, rate curve, and the connectors it references with
 * their own dependencies. An unreadable connector has no known inputs.
 */
export async function inputsOf(connector: ConnectorConfig, env: Environment): Promise<string[]> {
  const found = new Set<string>()
  const visited = new Set<string>()
  const visit = async ({ model, value, throughput, references }: ConnectorConfig): Promise<void> => {
    for (const file of await filesOfModel(model)) found.add(file)
    if (typeof value.schema === 'string') for (const file of await filesOfModel(value.schema)) found.add(file)
    for (const { file } of value.schemaReferences) found.add(file)
    if (throughput.shape.type === 'curve') found.add(throughput.shape.file)
    for (const { connector: other } of references) {
      if ('file' in other) found.add(other.file)
      const { connectors } = await readConnectors(['file' in other ? other.file : other.folder], env)
      for (const one of connectors.filter(({ name }) => 'file' in other || name === other.name)) {
        if (one.file !== null) found.add(one.file)
        const key = JSON.stringify([one.file, one.name])
        if (visited.has(key)) continue
        visited.add(key)
        await visit(one)
      }
    }
  }
  await visit(connector)
  return [...found]
}

const contents = new Map<string, { readonly version: string; readonly digest: string }>()

/** Hashes the content of a file: rewriting it unchanged does not count. Read only after a change. */
export async function contentOf(path: string): Promise<string> {
  const version = await versionOf(path)
  const known = contents.get(path)
  if (known?.version === version) return known.digest
  const digest = await readFile(path).then(
    (bytes) => createHash('sha256').update(bytes).digest('base64'),
    () => 'missing',
  )
  contents.set(path, { version, digest })
  return digest
}
