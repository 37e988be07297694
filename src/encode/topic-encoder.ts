import { GenesisError } from '../errors.js'
import type { Batch, EncodedBatch, Field } from '../record.js'
import type { Encoder } from './encoder.js'
import { RecordWriter } from './record-writer.js'
import type { Step } from './step.js'

/** The steps of keys or values; a promise where the registry is asked first. */
export type Steps = () => Promise<readonly Step[]> | readonly Step[]

/** Encodes keys and values for a topic. */
export class TopicEncoder implements Encoder {
  private writer: RecordWriter | null = null

  constructor(
    private readonly fields: readonly Field[],
    private readonly value: Steps,
    private readonly key: { readonly column: number; readonly steps: Steps } | null,
  ) {}

  async prepare(): Promise<void> {
    if (this.writer !== null) return
    const value = await this.value()
    const key = this.key === null ? null : { column: this.key.column, steps: await this.key.steps() }
    this.writer = new RecordWriter({ fields: this.fields, key, value })
  }

  encode(batch: Batch): EncodedBatch {
    if (this.writer === null) throw new GenesisError('INTERNAL', 'an encoder was used before it was prepared')
    return this.writer.write(batch)
  }
}
