import type { RelationOrigin } from '../../model/relations/relation.js'
import type { PlannedRelation } from './planned-relation.js'

/** A planned relation as stored in the artifact. */
export function relationSource(relation: PlannedRelation): RelationOrigin {
  const { column, formula, rounding, by, rest, notSo, own, bounds, atLeast, atMost, between } = relation
  const { grain, type } = column.learned
  return {
    from: 'relation',
    formula,
    ...(rounding !== 'half' && { rounding }),
    ...(rest !== null && { rest: rest.name }),
    ...(by === 'ratio' && { by }),
    ...(between !== undefined && { above: between[0] }),
    ...(notSo !== null && { notSo }),
    ...(own !== null && { own: own.name }),
    ...(by === 'ratio' && type.kind !== 'double' && grain > 1 && { grain }),
    ...(bounds !== null && { bounds }),
    ...(atLeast.length > 0 && { atLeast: [...atLeast] }),
    ...(atMost.length > 0 && { atMost: [...atMost] }),
  }
}
