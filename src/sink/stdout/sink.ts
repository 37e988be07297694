import type { Writable } from 'node:stream'
import { GenesisError } from '../../errors.js'
import type { Checkpoint, EncodedBatch } from '../../record.js'
import type { Framing } from '../framing.js'
import { DownstreamClosed, type Sink } from '../sink.js'

/**
 * Writes to a stream of bytes, such as standard output. What is written can't be taken back, so a record is durable for
 * this sink once the stream has taken it, and the checkpoint lasts as long as the sink. Rejects with DownstreamClosed where
 * the reader has closed the pipe, with DISK_FULL where it is a file without room, otherwise with SINK_FAILED.
 *
 * Several sinks may share one stream: a batch is written as a whole.
 */
export class StreamSink implements Sink {
  readonly #stream: Writable
  readonly #name: string
  readonly #framing: Framing
  #checkpoint: Checkpoint | null = null
  #begun = false

  /** `name`: what messages call the stream. */
  constructor(stream: Writable, name: string, framing: Framing) {
    this.#stream = stream
    this.#name = name
    this.#framing = framing
  }

  async open(): Promise<Checkpoint | null> {
    // Errors reach us by the callback of write; without a listener they would end the process besides.
    if (this.#stream.listenerCount('error') === 0) this.#stream.on('error', () => undefined)
    if (!this.#begun && this.#framing.header.length > 0) await this.#send(this.#framing.header)
    this.#begun = true
    return this.#checkpoint
  }

  write(batch: EncodedBatch): Promise<void> {
    return this.#send(this.#framing.frame(batch))
  }

  commit(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = checkpoint
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        if (!error) resolve()
        else if ((error as NodeJS.ErrnoException).code === 'EPIPE') reject(new DownstreamClosed())
        else reject(streamFailure(this.#name, error))
      })
    })
  }
}

/** Why a stream of bytes took no more. `name`: what messages call it. */
export function streamFailure(name: string, error: NodeJS.ErrnoException): GenesisError {
  const { code, message } = error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GenesisError('DISK_FULL', 'no space left for the file', {
      place: name,
      remedy: 'Free some space, or write elsewhere',
      cause: error,
    })
  return new GenesisError('SINK_FAILED', `${name} cannot be written`, { found: code ?? message, cause: error })
}
