import type { ColumnBatch, EncodedBatch, Field } from '../record.js'

/** Turns batches into the bytes of keys and values. Compiled once per task from the fields and the schema. */
export interface Encoder {
  /** What needs I/O, once, before the first batch (the registry's schema id). Throws GenesisError; may be called again after it failed. */
  prepare(): Promise<void>
  /** Encodes a batch; synchronous, no I/O. The result is valid until the next call. */
  encode(batch: ColumnBatch): EncodedBatch
}

/** What makes an encoder for a layout; throws GenesisError at once, naming the field, if the schema does not fit. */
export type EncoderFactory = (fields: readonly Field[]) => Encoder
