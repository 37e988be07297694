import type { Writable } from 'node:stream'
import { GenesisError } from '../../errors.js'
import type { Checkpoint, EncodedBatch } from '../../record.js'
import { createFraming, type Framing } from '../framing.js'
import type { SinkPlan } from '../plan.js'
import { DownstreamClosed, type Sink } from '../sink.js'
import type { StdoutSinkConfig } from './options.js'

export async function createStdoutSink({ connector, fields }: SinkPlan<StdoutSinkConfig>): Promise<Sink> {
  const framing = await createFraming(connector, connector.sink.format, fields)
  return new StreamSink(process.stdout, 'standard output', framing)
}

/**
 * Writes to a byte stream such as standard output. Writes cannot be taken back, so a record counts as durable
 * once the stream has taken it, and the checkpoint lasts as long as the sink. Rejects with DownstreamClosed if
 * the reader has closed the pipe, with DISK_FULL if it is a file and the disk is full, otherwise with SINK_FAILED.
 *
 * Several sinks may share one stream: a batch is written as a whole.
 */
export class StreamSink implements Sink {
  readonly #stream: Writable
  readonly #name: string
  readonly #framing: Framing
  #checkpoint: Checkpoint | null = null
  #begun = false

  /** `name`: the stream's name in messages. */
  constructor(stream: Writable, name: string, framing: Framing) {
    this.#stream = stream
    this.#name = name
    this.#framing = framing
  }

  async open(): Promise<Checkpoint | null> {
    // Errors arrive in write's callback; without a listener they would also end the process.
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

/** Why a byte stream failed. `name`: its name in messages. */
export function streamFailure(name: string, error: NodeJS.ErrnoException): GenesisError {
  const { code, message } = error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GenesisError('DISK_FULL', 'no space left for the file', {
      place: name,
      remedy: 'Free some space, or write elsewhere',
      cause: error,
    })
  return new GenesisError('SINK_FAILED', `${name} cannot be written to`, { found: code ?? message, cause: error })
}
