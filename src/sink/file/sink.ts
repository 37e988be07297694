import { constants } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GenesisError } from '../../errors.js'
import type { Checkpoint, EncodedBatch, ShardId } from '../../record.js'
import { readCheckpointFile, replaceCheckpointFile, syncFolder, type FileCheckpoint } from './checkpoint-file.js'
import { lockFile, type FileLock } from './file-lock.js'
import { createFraming, type Framing } from '../framing.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import { shardFile, type FileSinkConfig } from './options.js'

export interface FileSinkOptions {
  /** As configured; with several shards each has its own file, see `shardFile`. */
  readonly path: string
  readonly shard: ShardId
  readonly framing: Framing
}

export async function createFileSink({ connector, fields, shard }: SinkPlan<FileSinkConfig>): Promise<Sink> {
  const { path, format } = connector.sink
  return new FileSink({ path, shard, framing: await createFraming(connector, format, fields) })
}

/**
 * Appends to a file, exactly once: a commit makes the data durable and then atomically replaces `<path>.checkpoint`, which
 * stores the file's length at the checkpoint; `open` truncates whatever a crash left beyond it.
 *
 * Rejects with DISK_FULL, SINK_FAILED (any other file system error, or another process holds the file), or
 * CHECKPOINT_INVALID: data without a checkpoint, less data than the checkpoint says, or another file format.
 */
export class FileSink implements Sink {
  readonly #path: string
  readonly #checkpointPath: string
  readonly #shard: string
  readonly #framing: Framing
  #file: FileHandle | null = null
  #lock: FileLock | null = null
  #length = 0
  #committed = 0
  #pending: Promise<unknown> = Promise.resolve()

  constructor({ path, shard, framing }: FileSinkOptions) {
    this.#path = shardFile(path, shard.shard, shard.shards)
    this.#checkpointPath = `${this.#path}.checkpoint`
    this.#shard = [shard.connector, ...(shard.sink === undefined ? [] : [shard.sink]), shard.shard].join('/')
    this.#framing = framing
  }

  async open(): Promise<Checkpoint | null> {
    return this.#run(async () => {
      await mkdir(dirname(this.#path), { recursive: true })
      this.#lock = await lockFile(this.#path, this.#shard)
      const saved = await readCheckpointFile(this.#checkpointPath)
      this.#file = await open(this.#path, constants.O_RDWR | constants.O_CREAT)
      const { size } = await this.#file.stat()
      this.#check(saved, size)
      this.#committed = saved?.bytes ?? 0
      if (saved === null) {
        // Before any data, so that data without a checkpoint is never ours.
        await replaceCheckpointFile(this.#checkpointPath, { checkpoint: null, bytes: 0, form: this.#framing.form })
      }
      await syncFolder(dirname(this.#path))
      if (size > this.#committed) await this.#file.truncate(this.#committed)
      this.#length = this.#committed
      if (this.#length === 0) await this.#append(this.#framing.header)
      return saved?.checkpoint ?? null
    })
  }

  async write(batch: EncodedBatch): Promise<void> {
    return this.#run(() => this.#append(this.#framing.frame(batch)))
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    return this.#run(async () => {
      await this.#opened().datasync()
      const { form } = this.#framing
      if (!(await this.#isOwner()))
        throw new GenesisError('SINK_FAILED', 'another task has taken over the file', { place: this.#path })
      // From here on the checkpoint may exist even if replacing it rejects: the data it covers is no longer truncated.
      this.#committed = this.#length
      await replaceCheckpointFile(this.#checkpointPath, { checkpoint, bytes: this.#length, form })
    })
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    // A pending write would restore what is truncated.
    await this.#pending.catch(() => undefined)
    if (file !== null && this.#length > this.#committed && (await this.#isOwner())) {
      await file.truncate(this.#committed).catch(() => undefined)
    }
    await file?.close().catch(() => undefined)
    await this.#lock?.release().catch(() => undefined)
    this.#lock = null
  }

  /** False after another task of this process took over the file because this one did not end in time. */
  async #isOwner(): Promise<boolean> {
    return (await this.#lock?.isHeld()) ?? false
  }

  #check(saved: FileCheckpoint | null, size: number): void {
    if (saved === null) {
      if (size > 0) this.#refuse('the file has data but no checkpoint', `${size} bytes`, 'an empty file or none')
      return
    }
    if (saved.form !== this.#framing.form) {
      this.#refuse('the file was started with another format or other columns', saved.form, this.#framing.form)
    }
    if (size < saved.bytes) {
      this.#refuse('the file is shorter than its checkpoint requires', `${size} bytes`, `${saved.bytes} or more`)
    }
  }

  #refuse(what: string, found: string, expected: string): never {
    throw new GenesisError('CHECKPOINT_INVALID', what, {
      place: this.#path,
      found,
      expected,
      remedy: `Restore it, or remove it and ${this.#checkpointPath} to restart the stream.`,
    })
  }

  async #append(bytes: Buffer): Promise<void> {
    const file = this.#opened()
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, this.#length)
      done += bytesWritten
      this.#length += bytesWritten
    }
  }

  #opened(): FileHandle {
    if (this.#file === null) throw new GenesisError('SINK_FAILED', 'the sink is closed', { place: this.#path })
    return this.#file
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    const running = work()
    this.#pending = running
    try {
      return await running
    } catch (error) {
      if (error instanceof GenesisError) throw error
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        throw new GenesisError('DISK_FULL', 'no space left for the file', {
          place: this.#path,
          remedy: 'Free some space; the connector resumes from its checkpoint.',
          cause: error,
        })
      }
      throw new GenesisError('SINK_FAILED', 'the file cannot be written', {
        place: this.#path,
        found: code ?? message,
        cause: error,
      })
    }
  }
}
