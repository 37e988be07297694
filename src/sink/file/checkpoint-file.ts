import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GenesisError } from '../../errors.js'
import type { Checkpoint } from '../../record.js'

/** The durable part of a file: its first `bytes` bytes hold everything before the checkpoint. */
export interface FileCheckpoint {
  /** Null: nothing has been delivered yet. */
  readonly checkpoint: Checkpoint | null
  readonly bytes: number
  readonly form: string
}

/** Reads it; null if there is none. Throws CHECKPOINT_INVALID unless `replaceCheckpointFile` wrote it, and SINK_FAILED if it cannot be read. */
export async function readCheckpointFile(path: string): Promise<FileCheckpoint | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new GenesisError('SINK_FAILED', 'the checkpoint file cannot be read', {
      place: path,
      found: code ?? message,
      cause: error,
    })
  }
  try {
    const content = JSON.parse(text) as FileCheckpoint
    if (isFileCheckpoint(content)) return content
  } catch {
    // Invalid JSON is reported by the error below.
  }
  throw new GenesisError('CHECKPOINT_INVALID', 'the checkpoint file is corrupt', {
    place: path,
    found: JSON.stringify(text.slice(0, 60)),
    remedy: 'Remove it and its data file to restart the stream.',
  })
}

/** Replaces it atomically and durably: after a crash, either the old or the new one is there. */
export async function replaceCheckpointFile(path: string, content: FileCheckpoint): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w')
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** Makes files created or renamed in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isFileCheckpoint({ checkpoint, bytes, form }: FileCheckpoint): boolean {
  if (!Number.isSafeInteger(bytes) || bytes < 0 || typeof form !== 'string') return false
  if (checkpoint === null) return true
  const { position, fingerprint, shards } = checkpoint
  return Number.isSafeInteger(position) && typeof fingerprint === 'string' && Number.isSafeInteger(shards)
}
