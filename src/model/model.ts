import type { Field } from '../record.js'
import type { ArtifactColumn, ModelArtifact, ColumnOrigin } from './artifact.js'
import type { Circuit } from './circuit.js'
import type { Lives } from './lives/lives.js'

/** A checked model: everything it names exists and its tables are distributions. */
export interface Model {
  readonly artifact: ModelArtifact
  /** SHA-256 of the file, hexadecimal. */
  readonly fingerprint: string
  /** The record layout: the columns that are not hidden, in order. */
  readonly fields: readonly Field[]
  /** The columns, including hidden ones, with named pools replaced by their words. */
  readonly columns: readonly ModelColumn[]
  readonly circuit: Circuit | null
  /** The index in `columns` of each node of the circuit. */
  readonly columnOfNode: readonly number[]
  /** Set if records are the events of entities; `columns` are then those of the entities. */
  readonly lives?: Lives
}

export interface ModelColumn extends Omit<ArtifactColumn, 'source'> {
  readonly source: ColumnSource
}

export type ColumnSource =
  | Exclude<ColumnOrigin, { from: 'pool' | 'items' }>
  | Extract<ColumnOrigin, { from: 'pool'; values: string[] }>
  | (Omit<Extract<ColumnOrigin, { from: 'items' }>, 'item'> & { readonly item: Model })
export type CircuitSource = Extract<ColumnOrigin, { from: 'circuit' }>
