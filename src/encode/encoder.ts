import type { ColumnBatch, EncodedBatch, Field } from '../record.js'

/** Encodes batches into the bytes of keys and values. Compiled once per task from the fields and the schema. */
export interface Encoder {
  /** I/O before the first batch and after each failure (the registry's schema ids, unless they are known). Throws GenesisError; may be retried. */
  prepare(): Promise<void>
  /** Encodes a batch synchronously, without I/O. The result is valid until the next call. */
  encode(batch: ColumnBatch): EncodedBatch
  /** Ends work that continues between batches; `prepare` restarts it. */
  close?(): void
}

/** Creates an encoder for a layout; throws GenesisError at once, naming the field, if the schema does not fit. */
export type EncoderFactory = (fields: readonly Field[]) => Encoder
