import { GenesisError } from '../errors.js'
import type { ColumnBatch, EncodedBatch, Field } from '../record.js'
import type { Encoder } from './encoder.js'
import { RecordWriter } from './record-writer.js'
import type { EncodeStep } from './step.js'

/** The steps of keys or values; a promise if the registry is asked first. */
export type EncodeSteps = () => Promise<readonly EncodeStep[]> | readonly EncodeStep[]

/** How keys are written. */
export interface KeySteps {
  /** The column whose missing values are null keys; null: there are none. */
  readonly column: number | null
  readonly steps: EncodeSteps
}

/** Encodes keys and values for a topic. */
export class TopicEncoder implements Encoder {
  private writer: RecordWriter | null = null

  /** Null once the writer exists: the steps take more memory than the writer. */
  private parts: {
    readonly value: EncodeSteps
    readonly key: KeySteps | null
  } | null

  constructor(
    private readonly fields: readonly Field[],
    value: EncodeSteps,
    key: KeySteps | null,
  ) {
    this.parts = { value, key }
  }

  async prepare(): Promise<void> {
    if (this.parts === null) return
    const value = await this.parts.value()
    const { key } = this.parts
    const keySteps = key === null ? null : { column: key.column, steps: await key.steps() }
    this.writer ??= new RecordWriter({ fields: this.fields, key: keySteps, value })
    this.parts = null
  }

  encode(batch: ColumnBatch): EncodedBatch {
    if (this.writer === null) throw new GenesisError('INTERNAL', 'an encoder was used before it was prepared')
    return this.writer.write(batch)
  }
}
