import { constants, createWriteStream, type WriteStream } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { GenesisError } from '../errors.js'
import { streamFailure } from '../sink/stdout/sink.js'

/** Throws USAGE if the file cannot be written, as far as that can be checked without touching it. */
export async function checkOutput(path: string): Promise<void> {
  try {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return null
    })
    if (found?.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
    await access(found === null ? dirname(path) : path, constants.W_OK)
  } catch (error) {
    throw refused(path, error)
  }
}

/** Opens and truncates the file. Throws USAGE or DISK_FULL. */
export async function openOutput(path: string): Promise<WriteStream> {
  try {
    const file = await open(path, 'w')
    return createWriteStream(path, { fd: file })
  } catch (error) {
    throw refused(path, error)
  }
}

/** Resolves when everything is written. Throws DISK_FULL or SINK_FAILED. */
export async function closeOutput(stream: WriteStream, path: string): Promise<void> {
  try {
    await finished(stream.end())
  } catch (error) {
    throw streamFailure(path, error as NodeJS.ErrnoException)
  }
}

const reasons: Readonly<Record<string, string | undefined>> = {
  ENOENT: 'no such folder',
  ENOTDIR: 'a file where its folder should be',
  EISDIR: 'a directory',
  EACCES: 'no permission to write',
  EPERM: 'no permission to write',
  EROFS: 'read-only file system',
}

function refused(path: string, thrown: unknown): GenesisError {
  const error = thrown as NodeJS.ErrnoException
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return streamFailure(path, error)
  const reason = reasons[error.code ?? '']
  return new GenesisError('USAGE', 'the file cannot be written', {
    place: `--output ${path}`,
    found: reason ?? error.code ?? error.message,
    expected: 'a file in an existing, writable folder',
    cause: error,
  })
}
