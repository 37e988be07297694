import type { ModelColumn } from '../model.js'
import type { Demand } from './cover.js'
import type { Box, NodeSet } from './domain.js'

/** Parsed conditions: what each column predicate leaves of its node's symbols, joined by and, or, not. */
export type ConditionExpression =
  | {
      readonly kind: 'column'
      readonly path: string
      readonly column: string
      readonly literal: unknown
      readonly node: number
      readonly set: NodeSet
      /** The values of a column that the node determines. */
      readonly values?: readonly (null | string | boolean | number)[]
    }
  | {
      readonly kind: 'all' | 'any'
      readonly path: string
      readonly parts: readonly ConditionExpression[]
      /** What was written about one column, if the parts concern the columns that it is composed of. */
      readonly of?: { readonly literal: unknown; readonly expected?: string }
    }
  | { readonly kind: 'not'; readonly path: string; readonly part: ConditionExpression }
  | MadeColumn

/** A predicate on a column computed by a relation. */
export interface MadeColumn {
  readonly kind: 'made'
  readonly path: string
  readonly literal: unknown
  /** Values that the column has, for messages. */
  readonly expected?: string
  /** The column and its index. */
  readonly column: ModelColumn
  readonly index: number
  readonly demand: Demand
  /** See `coverOf`. */
  readonly cover: (limit: number) => Box[]
  /** The same for another demand. */
  readonly demanding: (demand: Demand) => MadeColumn
}

/** The share of records that satisfy an expression. */
export interface MixPart {
  readonly weight: number
  readonly expression: ConditionExpression
}
