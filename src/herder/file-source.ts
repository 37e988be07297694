import { isDeepStrictEqual } from 'node:util'
import { stat } from 'node:fs/promises'
import { readDocuments, type ConnectorDocument, type ReadDocuments } from '../config/connector-file.js'
import { hideSecrets } from '../config/hide-secrets.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { SharedFile } from '../config/shared-files.js'
import { versionOf } from '../connector/file-version.js'
import { contentOf, inputsOf } from '../connector/inputs.js'
import { outlineOf, type PlannedDelivery } from '../connector/outline.js'
import type { ConnectorConfig } from '../config/connector.js'
import { distinct } from '../config/check.js'
import { asGenesisError, type GenesisError } from '../errors.js'

/** What files are applied to: a herder. */
export interface FileTarget {
  /**
   * A file now has this connector. If unchanged, it is left alone, except that FAILED parts are restarted. `isRemade`:
   * the content of a file it depends on has changed, so all of its tasks restart. Throws CONNECTOR_EXISTS if the
   * existing connector does not come from a file.
   */
  applyFile(raw: RawConnector, deliveries: readonly PlannedDelivery[], isRemade: boolean): Promise<void>
  /** No file has it any more. */
  removeFile(name: string): Promise<void>
}

/** Checks deliveries beyond their file; returns those that can run, and the errors of the others. */
export type Preflight = (candidates: readonly ConnectorConfig[]) => Promise<{
  readonly connectors: readonly ConnectorConfig[]
  readonly errors: readonly GenesisError[]
}>

/** A connector of a file, as last read. */
interface FileConnector {
  readonly raw: RawConnector
  /** Identifies its own file's content. */
  readonly version: string
  /** Content of the other files it depends on, by path. */
  readonly inputs: ReadonlyMap<string, string>
}

/** The changes found by reading the files. */
export interface FileChanges {
  /** New ones, and those whose file or dependencies have changed. */
  readonly put: readonly (FileConnector & {
    readonly deliveries: readonly ConnectorConfig[]
    readonly isRemade: boolean
  })[]
  /** Names that are no longer in any file. */
  readonly remove: readonly string[]
  /** Errors of files; the connectors they had keep running unchanged. */
  readonly errors: readonly GenesisError[]
  /** Resolved placeholders, with their source text. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Files and folders as a source of connectors: applies additions, changes and removals to a herder. */
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

  /** The files that the connectors of `changes` depend on, besides their own. */
  static inputsOf({ put }: FileChanges): string[] {
    return put.flatMap(({ inputs }) => [...inputs.keys()])
  }

  /** Compares the files with what was applied. `just`: what they contain, if they have just been read. */
  async read(just?: ReadDocuments): Promise<FileChanges> {
    const { documents, shared, errors, secrets } = just ?? (await readDocuments(this.#paths, this.#env))
    const losers = this.#losersOf(shared)
    const owners = this.#ownersOf(documents)
    const put: FileChanges['put'][number][] = []
    const found = new Set<string>()
    for (const { raw, deliveries } of documents) {
      if (owners.get(raw.name) !== raw.file) continue
      found.add(raw.name)
      if (losers.has(raw.name)) continue
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
    return { put, remove, errors, secrets }
  }

  /** Those of `changes` that can run, and the errors of the rest. Applies nothing. `isFit`: a quicker way to find that one can run. */
  async check(
    { put, errors, secrets }: FileChanges,
    isFit: (one: FileChanges['put'][number]) => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<{ good: FileChanges['put']; errors: readonly GenesisError[] }> {
    const good: FileChanges['put'][number][] = []
    const found = [...errors]
    for (const one of put) {
      if (await isFit(one)) {
        good.push(one)
        continue
      }
      const { connectors, errors: unfit } = await this.#preflight(one.deliveries)
      found.push(...unfit.map((error) => hideSecrets(error, secrets)))
      if (connectors.length === one.deliveries.length) good.push(one)
    }
    return { good, errors: distinct(found) }
  }

  /** Removals first: a new connector may continue where a removed one ends. Returns the herder's errors. */
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

  /** The file of each name: of two files with one name, the one applied before wins; otherwise the first. */
  #ownersOf(documents: readonly ConnectorDocument[]): ReadonlyMap<string, string | null> {
    const owners = new Map<string, string | null>()
    for (const { raw } of documents) {
      if (!owners.has(raw.name) || this.#known.get(raw.name)?.raw.file === raw.file) owners.set(raw.name, raw.file)
    }
    return owners
  }

  /** Of two connectors that would write to the same file, the one already running keeps it; otherwise the first. */
  #losersOf(shared: readonly SharedFile<ConnectorDocument>[]): ReadonlySet<string> {
    const runs = ({ raw }: ConnectorDocument): boolean => isDeepStrictEqual(this.#known.get(raw.name)?.raw, raw)
    return new Set(shared.map(({ first, second }) => (runs(second) && !runs(first) ? first : second).raw.name))
  }

  /** An unreadable file says nothing about the connectors it had. */
  async #isBroken(file: string | null): Promise<boolean> {
    if (file === null) return true
    const isThere = await stat(file).then(
      () => true,
      () => false,
    )
    return isThere && (await readDocuments([file], this.#env)).errors.length > 0
  }
}
