import { conditionProbability } from './conditions/compile.js'
import { acceptedShare } from './open.js'
import type { Model } from './model.js'

/**
 * The share of a model's records that satisfy conditions; may be 0. Of conditions on columns that relations put together it is measured, to
 * about a twentieth of itself. Throws CONDITION_INVALID.
 */
export function conditionShare(model: Model, conditions: unknown): number {
  const probability = conditionProbability(model, conditions)
  return probability === 0 ? 0 : probability * acceptedShare(model, conditions)
}
