import { isDeepStrictEqual } from 'node:util'
import { stat } from 'node:fs/promises'
import { readDocuments, type ConnectorDocument } from '../config/connector-file.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import { contentOf, inputsOf, versionOf } from '../connector/inputs.js'
import { outlineOf, type PlannedDelivery } from '../connector/outline.js'
import type { ConnectorConfig } from '../config/connector.js'
import { distinct } from '../config/check.js'
import { asGenesisError, type GenesisError } from '../errors.js'

/** What files are applied to: a herder. */
export interface FileTarget {
  /**
   * This connector is in a file now. An equal one is left alone, apart from what is FAILED, which is started again. `isRemade`: a
   * file that it is made from has other content, and all of its tasks start again. Throws CONNECTOR_EXISTS for a name that did not come
   * from a file.
   */
  applyFile(raw: RawConnector, deliveries: readonly PlannedDelivery[], isRemade: boolean): Promise<void>
  /** It is in no file any more. */
  removeFile(name: string): Promise<void>
}

/** Checks deliveries beyond their file; gives those that can run, and what is wrong with the others. */
export type Preflight = (candidates: readonly ConnectorConfig[]) => Promise<{
  readonly connectors: readonly ConnectorConfig[]
  readonly errors: readonly GenesisError[]
}>

/** A connector of a file, as it was when it was read. */
interface FileConnector {
  readonly raw: RawConnector
  /** Of its own file, whatever was changed in it. */
  readonly version: string
  /** The content of the other files that it is made from, by path. */
  readonly inputs: ReadonlyMap<string, string>
}

/** What reading the files has found to do. */
export interface FileChanges {
  /** New ones, and those of which something has changed: their file, or one that they are made from. */
  readonly put: readonly (FileConnector & {
    readonly deliveries: readonly ConnectorConfig[]
    readonly isRemade: boolean
  })[]
  /** Names of those that are in no file any more. */
  readonly remove: readonly string[]
  /** What is wrong with files: the connectors that they had go on as they are. */
  readonly errors: readonly GenesisError[]
}

/** Files and folders as a source of connectors: what is in them, changed in them or gone from them is applied to a herder. */
export class FileSource {
  readonly #paths: readonly string[]
  readonly #env: Environment
  readonly #preflight: Preflight
  readonly #target: FileTarget
  readonly #known = new Map<string, FileConnector>()

  constructor(paths: readonly string[], env: Environment, preflight: Preflight, target: FileTarget) {
    this.#paths = paths
    this.#env = env
    this.#preflight = preflight
    this.#target = target
  }

  /** The files that the connectors of `changes` are made from, besides their own. */
  static inputsOf({ put }: FileChanges): string[] {
    return put.flatMap(({ inputs }) => [...inputs.keys()])
  }

  /** Compares the files with what was applied. */
  async read(): Promise<FileChanges> {
    const { documents, errors } = await readDocuments(this.#paths, this.#env)
    const owners = this.#ownersOf(documents)
    const put: FileChanges['put'][number][] = []
    const found = new Set<string>()
    for (const { raw, deliveries } of documents) {
      if (owners.get(raw.name) !== raw.file) continue
      found.add(raw.name)
      const version = await versionOf(raw.file ?? '')
      const inputs = new Map<string, string>()
      for (const delivery of deliveries)
        for (const path of await inputsOf(delivery, this.#env)) inputs.set(path, await contentOf(path))
      const known = this.#known.get(raw.name)
      const isRemade = known !== undefined && !isDeepStrictEqual(known.inputs, inputs)
      if (known === undefined || isRemade || known.version !== version || !isDeepStrictEqual(known.raw, raw))
        put.push({ raw, version, inputs, deliveries, isRemade })
    }
    const remove: string[] = []
    for (const [name, { raw }] of this.#known) {
      if (!found.has(name) && !(await this.#isBroken(raw.file))) remove.push(name)
    }
    return { put, remove, errors }
  }

  /** Those of `changes` that can run, and what is wrong with the rest. Nothing is applied yet. */
  async check({ put, errors }: FileChanges): Promise<{ good: FileChanges['put']; errors: readonly GenesisError[] }> {
    const good: FileChanges['put'][number][] = []
    const found = [...errors]
    for (const one of put) {
      const { connectors, errors: unfit } = await this.#preflight(one.deliveries)
      found.push(...unfit)
      if (connectors.length === one.deliveries.length) good.push(one)
    }
    return { good, errors: distinct(found) }
  }

  /** First what goes: what comes may go on where that ends. Gives what the herder does not take. */
  async apply(good: FileChanges['put'], remove: readonly string[]): Promise<GenesisError[]> {
    const refused: GenesisError[] = []
    for (const name of remove) {
      this.#known.delete(name)
      await this.#target.removeFile(name)
    }
    for (const { raw, version, inputs, deliveries, isRemade } of good) {
      try {
        await this.#target.applyFile(raw, deliveries.map(outlineOf), isRemade)
        this.#known.set(raw.name, { raw, version, inputs })
      } catch (error) {
        refused.push(asGenesisError(error))
      }
    }
    return refused
  }

  /** The file of each name: of two files with one name the one that is applied goes on; with none applied, the first is taken. */
  #ownersOf(documents: readonly ConnectorDocument[]): ReadonlyMap<string, string | null> {
    const owners = new Map<string, string | null>()
    for (const { raw } of documents) {
      if (!owners.has(raw.name) || this.#known.get(raw.name)?.raw.file === raw.file) owners.set(raw.name, raw.file)
    }
    return owners
  }

  /** A file that is there but cannot be understood says nothing about the connectors that it had. */
  async #isBroken(file: string | null): Promise<boolean> {
    if (file === null) return true
    const isThere = await stat(file).then(
      () => true,
      () => false,
    )
    return isThere && (await readDocuments([file], this.#env)).errors.length > 0
  }
}
