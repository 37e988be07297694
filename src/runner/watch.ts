import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readConnectors } from '../config/connector-file.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { Environment } from '../config/references.js'
import { unreadable } from '../config/source.js'
import type { GenesisError } from '../errors.js'

/** Events come in bursts (an editor's save, a rename); one reading is made when they have been quiet for so long. */
const quietMs = 100

/** What has to be done so that the running connectors are those of the files. */
export interface Changes {
  /** New ones, and those whose configuration has changed. */
  readonly put: readonly ConnectorConfig[]
  /** Names of those that are in no file any more. */
  readonly remove: readonly string[]
  /** What is wrong with files: the connectors that they had go on as they are. */
  readonly errors: readonly GenesisError[]
}

/** Compares the files with what runs; `running` by name. */
export async function changes(
  running: ReadonlyMap<string, ConnectorConfig>,
  paths: readonly string[],
  env: Environment,
): Promise<Changes> {
  const { connectors, errors } = await readConnectors(paths, env)
  const put: ConnectorConfig[] = []
  const found = new Set<string>()
  for (const connector of connectors) {
    // Of two with one name the one that runs goes on; with none running, the first is taken.
    const current = running.get(connector.name)
    if (
      current !== undefined &&
      current.file !== connector.file &&
      connectors.some((other) => isSameFile(other, current))
    )
      continue
    if (found.has(connector.name)) continue
    found.add(connector.name)
    if (current === undefined || JSON.stringify(current) !== JSON.stringify(connector)) put.push(connector)
  }
  const remove: string[] = []
  for (const [name, { file }] of running) {
    if (!found.has(name) && !(await isBroken(file, env))) remove.push(name)
  }
  return { put, remove, errors }
}

function isSameFile(connector: ConnectorConfig, current: ConnectorConfig): boolean {
  return connector.name === current.name && connector.file === current.file
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

/**
 * Calls back after anything has changed in the folders of these files and folders, replacement by rename included (as
 * editors and Kubernetes ConfigMaps do). Returns what ends it. Throws CONFIG_UNREADABLE for a path that is not there.
 */
export async function watchPaths(paths: readonly string[], changed: () => void): Promise<() => void> {
  const folders = new Set<string>()
  for (const path of paths) {
    const found = await stat(path).catch((cause: unknown) => {
      throw unreadable(path, cause)
    })
    folders.add(found.isDirectory() ? resolve(path) : dirname(resolve(path)))
  }
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(changed, quietMs)
  }
  const watchers = [...folders].map((folder): FSWatcher => watch(folder, wait).on('error', wait))
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
