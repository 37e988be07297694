import { stat } from 'node:fs/promises'

/** Identifies the current content of a file, as far as the file system can tell. */
export function versionOf(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => 'missing',
  )
}
