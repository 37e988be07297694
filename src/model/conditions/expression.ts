import type { ModelColumn } from '../model.js'
import type { Demand } from './cover.js'
import type { Box, NodeSet } from './domain.js'

/** Parsed conditions: the sets that predicates on columns allow of their nodes' symbols, joined by and, or, not. */
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
      /** The predicate as written, if the parts are about the columns that its column is composed of. */
      readonly of?: { readonly literal: unknown; readonly expected?: string }
    }
  | { readonly kind: 'not'; readonly path: string; readonly part: ConditionExpression }
  | ComputedPredicate

/** A predicate on a column computed by a relation. */
export interface ComputedPredicate {
  readonly kind: 'computed'
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
  readonly demanding: (demand: Demand) => ComputedPredicate
}

/** An expression, and the weight of its records in the mix. */
export interface MixPart {
  readonly weight: number
  readonly expression: ConditionExpression
}
