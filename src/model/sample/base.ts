import type { Model } from '../model.js'
import { nodeTables, type NodeTables } from './node-tables.js'
import { nodeWeights, type NodeWeights } from './weights.js'

export interface BaseNode {
  readonly weights: NodeWeights
  readonly tables: NodeTables
}

const cache = new WeakMap<Model, BaseNode[]>()

/** A model's nodes without conditions, parents first. Created once per thread and shared by its generators. */
export function baseNodes(model: Model): readonly BaseNode[] {
  let nodes = cache.get(model)
  if (nodes === undefined) {
    const { circuit } = model
    nodes = circuit
      ? nodeWeights(model, circuit).map((weights) => ({ weights, tables: nodeTables(weights, circuit.states) }))
      : []
    cache.set(model, nodes)
  }
  return nodes
}
