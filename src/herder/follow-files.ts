import type { GenesisError } from '../errors.js'
import { asGenesisError } from '../errors.js'
import { FileSource, type FileChanges } from './file-source.js'
import { FileWatch } from './file-watch.js'

/**
 * Applies every change of the files from now on; `first` are those that were read before. `failed`: what is wrong with them now; the
 * connectors that they had go on. Returns what ends it. Throws CONFIG_UNREADABLE for a path that is not there.
 */
export async function followFiles(
  source: FileSource,
  paths: readonly string[],
  first: FileChanges,
  failed: (error: GenesisError) => void,
): Promise<() => void> {
  const read = async (): Promise<void> => {
    const changes = await source.read()
    // Those of connectors that cannot run yet, too: what is missing may come.
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
