import { stat } from 'node:fs/promises'
import { readConnectors } from '../config/connector-file.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import type { Environment } from '../config/placeholders.js'
import type { GenesisError } from '../errors.js'
import { inputsOf, versionOf } from '../connector/inputs.js'

/** A connector (one sink of it), and what it was made from. */
export interface DesiredConnector {
  readonly connector: ConnectorConfig
  /** The other files that it is made from. */
  readonly inputs: readonly string[]
  /** Changes with the connector's own file and with every other that it is made from. */
  readonly identity: string
}

/** What has to be done so that the running connectors are those of the files. */
export interface Changes {
  /** New ones, and those of which something has changed: the configuration, or a file that it names. */
  readonly put: readonly DesiredConnector[]
  /** Names (deliveryName) of those that are in no file any more. */
  readonly remove: readonly string[]
  /** What is wrong with files: the connectors that they had go on as they are. */
  readonly errors: readonly GenesisError[]
}

/** Compares the files with what runs; `running` by name (deliveryName). */
export async function changes(
  running: ReadonlyMap<string, DesiredConnector>,
  paths: readonly string[],
  env: Environment,
): Promise<Changes> {
  const { connectors, errors } = await readConnectors(paths, env)
  const owners = ownersOf(connectors, running)
  const put: DesiredConnector[] = []
  const found = new Set<string>()
  for (const connector of connectors) {
    if (owners.get(connector.name) !== connector.file) continue
    const name = deliveryName(connector)
    found.add(name)
    const inputs = await inputsOf(connector, env)
    const identity = JSON.stringify([connector, await Promise.all(inputs.map(versionOf))])
    if (running.get(name)?.identity !== identity) put.push({ connector, inputs, identity })
  }
  const remove: string[] = []
  for (const [name, { connector }] of running) {
    if (!found.has(name) && !(await isBroken(connector.file, env))) remove.push(name)
  }
  return { put, remove, errors }
}

/** The file of each name: of two files with one name the one that runs goes on; with none running, the first is taken. */
function ownersOf(
  connectors: readonly ConnectorConfig[],
  running: ReadonlyMap<string, DesiredConnector>,
): ReadonlyMap<string, string | null> {
  const owners = new Map<string, string | null>()
  const files = new Map([...running.values()].map(({ connector: { name, file } }) => [name, file]))
  for (const { name, file } of connectors) {
    if (!owners.has(name) || files.get(name) === file) owners.set(name, file)
  }
  return owners
}

/** A file that is there but cannot be understood says nothing about the connectors that it had. */
async function isBroken(file: string | null, env: Environment): Promise<boolean> {
  if (file === null) return true
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  return isThere && (await readConnectors([file], env)).errors.length > 0
}
