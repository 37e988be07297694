import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { unreadable } from '../config/source.js'

/** Events come in bursts (an editor's save, a rename); files are read once it has been quiet for this long. */
const quietMs = 100
const connectorFiles = new Set(['.yaml', '.yml', '.json'])

interface Watched {
  readonly watcher: FSWatcher
  /** All connector files in the folder count. */
  isWhole: boolean
  readonly names: Set<string>
}

/**
 * Calls back after files have changed, including replacement by rename (by editors and Kubernetes ConfigMaps): the
 * given files, those in the given folders, and those added while watching.
 */
export class FileWatch {
  readonly #folders = new Map<string, Watched>()
  readonly #changed: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Watches files, and folders for their connector files. Throws CONFIG_UNREADABLE if a path does not exist. */
  async addPaths(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const found = await stat(path).catch((cause: unknown) => {
        throw unreadable(path, cause)
      })
      if (found.isDirectory()) this.#folder(resolve(path)).isWhole = true
      else this.addFile(path)
    }
  }

  /** Watches a file, whether or not it exists, unless even its folder is missing. */
  addFile(path: string): void {
    try {
      this.#folder(dirname(resolve(path))).names.add(basename(path))
    } catch {
      // It cannot appear before its folder; the user is told that it is missing.
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #folder(path: string): Watched {
    const known = this.#folders.get(path)
    if (known !== undefined) return known
    const wait = (): void => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(this.#changed, quietMs)
    }
    const watched: Watched = {
      // Files that sinks write there are ignored.
      watcher: watch(path, (_event, name) => {
        if (name === null || this.#counts(watched, name)) wait()
      }).on('error', wait),
      isWhole: false,
      names: new Set(),
    }
    this.#folders.set(path, watched)
    return watched
  }

  /** Names beginning with two dots are how Kubernetes replaces all files of a folder at once. */
  #counts({ isWhole, names }: Watched, name: string): boolean {
    return names.has(name) || name.startsWith('..') || (isWhole && connectorFiles.has(extname(name)))
  }
}
