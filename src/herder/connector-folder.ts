import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject } from '../config/is-object.js'
import type { RawConfig, RawConnector } from '../config/raw-connector.js'
import { GenesisError } from '../errors.js'
import type { TargetState } from './herder.js'
import { parseJson } from '../config/parse-json.js'

/** Where a standalone worker stores connectors created over REST. */
export interface ConnectorStore {
  load(): Promise<readonly StoredConnector[]>
  save(connector: StoredConnector): Promise<void>
  remove(name: string): Promise<void>
}

export interface StoredConnector {
  readonly raw: RawConnector
  readonly target: TargetState
}

/** Not stored: they are lost when the process ends, as in connect-standalone. */
export const memoryStore: ConnectorStore = {
  load: () => Promise.resolve([]),
  save: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

/** One file each, `<name>.json`, in Connect's form for creating connectors (KIP-980): name, config, initial_state. */
export class ConnectorFolder implements ConnectorStore {
  readonly #path: string
  /** Of the loaded connectors, by name: a file may have been named otherwise, by hand or by an earlier version. */
  readonly #files = new Map<string, string>()

  constructor(path: string) {
    this.#path = path
  }

  /** Throws CONFIG_UNREADABLE for a file not written by `save`. */
  async load(): Promise<StoredConnector[]> {
    await this.#do(() => mkdir(this.#path, { recursive: true }))
    const names = (await this.#do(() => readdir(this.#path))).filter((name) => name.endsWith('.json')).sort()
    return Promise.all(names.map((name) => this.#read(join(this.#path, name))))
  }

  async save({ raw, target }: StoredConnector): Promise<void> {
    const path = this.#fileOf(raw.name)
    const text = `${JSON.stringify({ name: raw.name, config: raw.config, initial_state: target }, null, 2)}\n`
    await this.#do(async () => {
      // Atomic: a worker that is killed leaves the old file or the new one.
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
    })
  }

  async remove(name: string): Promise<void> {
    await this.#do(() => rm(this.#fileOf(name), { force: true }))
    this.#files.delete(name)
  }

  async #read(path: string): Promise<StoredConnector> {
    const content = parseJson(await this.#do(() => readFile(path, 'utf8')))
    if (isObject(content) && typeof content.name === 'string' && isObject(content.config)) {
      const target = (['RUNNING', 'PAUSED', 'STOPPED'] as const).find((state) => state === content.initial_state)
      const raw = { name: content.name, config: content.config as RawConfig, file: null }
      this.#files.set(raw.name, path)
      return { raw, target: target ?? 'RUNNING' }
    }
    throw new GenesisError('CONFIG_UNREADABLE', 'not a connector that was created over REST', {
      place: path,
      expected: '{"name": …, "config": {…}, "initial_state": …}',
    })
  }

  #fileOf(name: string): string {
    return this.#files.get(name) ?? join(this.#path, `${fileNameOf(name)}.json`)
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      throw new GenesisError('CONFIG_UNREADABLE', 'the folder of connectors cannot be used', {
        place: this.#path,
        found: code ?? message,
        expected: 'a folder that the worker can read and write',
        cause,
      })
    }
  }
}

/** With `.json.new`, less than the 255 bytes that file systems allow. */
const maxFileNameLength = 200

/**
 * Encodes a name as letters, digits and `._-%`, without a leading dot, so that the file cannot be outside the folder. A long one ends
 * with its hash instead.
 */
function fileNameOf(name: string): string {
  const encoded = [...Buffer.from(name)]
    .map((byte, i) => {
      const letter = String.fromCharCode(byte)
      const isPlain = i === 0 ? /[\w-]/ : /[\w.-]/
      return isPlain.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
  if (encoded.length <= maxFileNameLength) return encoded
  const hash = createHash('sha256').update(name).digest('hex')
  return `${encoded.slice(0, maxFileNameLength - hash.length - 1)}%${hash}`
}
