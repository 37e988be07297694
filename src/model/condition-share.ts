import { conditionProbability } from './conditions/compile.js'
import { acceptedShare } from './open.js'
import type { Model } from './model.js'

/**
 * The share of a model's records that satisfy conditions; may be 0. For conditions on columns computed by relations it is an estimate,
 * to within about 5 % of its value. Throws CONDITION_INVALID.
 */
export function conditionShare(model: Model, conditions: unknown): number {
  const probability = conditionProbability(model, conditions)
  return probability === 0 ? 0 : probability * acceptedShare(model, conditions)
}
