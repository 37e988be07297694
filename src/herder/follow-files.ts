import type { GenesisError } from '../errors.js'
import { asGenesisError } from '../errors.js'
import { FileSource, type FileChanges } from './file-source.js'
import { FileWatch } from './file-watch.js'

/**
 * Applies all changes of the files from now on; `first`: the result of the previous reading. `failed`: receives the
 * files' errors; the connectors they had keep running. Returns a function that stops it. Throws CONFIG_UNREADABLE if a
 * path does not exist.
 */
export async function followFiles(
  source: FileSource,
  paths: readonly string[],
  first: FileChanges,
  failed: (error: GenesisError) => void,
): Promise<() => void> {
  const read = async (): Promise<void> => {
    const changes = await source.read()
    // Includes dependencies of connectors that cannot run yet: a missing file may appear.
    for (const path of FileSource.inputsOf(changes)) watch.addFile(path)
    const { good, errors } = await source.check(changes)
    for (const error of [...errors, ...(await source.apply(good, changes.remove))]) failed(error)
  }
  let last = Promise.resolve()
  const watch = new FileWatch(() => {
    last = last.then(read).catch((error: unknown) => failed(asGenesisError(error)))
  })
  await watch.addPaths(paths)
  for (const path of FileSource.inputsOf(first)) watch.addFile(path)
  return () => watch.close()
}
