import type { CodedTable } from '../model/circuit.js'
import { Patterns } from './patterns.js'
import { rootedAt } from './spanning-tree.js'

/** Number of rows examined: one chunk of a mini-batch. */
const sampleRows = 256
/** Maximum number of roots tried; those nearest to the middle of the tree come first. */
const maxCandidates = 64

/**
 * Roots the tree at the node that makes training cheapest, and returns the parent of each node. Every root gives the same family of
 * distributions, but the work grows with the number of distinct patterns below each node, which depends on the root.
 */
export function rootCheaply(neighbours: readonly (readonly number[])[], table: CodedTable): number[] {
  const rows = Math.min(sampleRows, table.rows)
  const order = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * table.rows) / rows))
  let best = rootedAt(0, neighbours)
  let least = Infinity
  for (const root of byDepth(neighbours).slice(0, maxCandidates)) {
    const parent = rootedAt(root, neighbours)
    const patterns = new Patterns(parent, rows)
    patterns.group(table.codes, order, 0, rows)
    // The root sends no message.
    const cost = patterns.count.reduce((sum, count, node) => sum + (node === root ? 0 : count), 0)
    if (cost < least) {
      least = cost
      best = parent
    }
  }
  return best
}

/** The nodes, sorted by the depth of the tree when rooted at them, shallowest first. */
function byDepth(neighbours: readonly (readonly number[])[]): number[] {
  const depth = neighbours.map((_, root) => {
    const far = new Array<number>(neighbours.length).fill(-1)
    far[root] = 0
    const queue = [root]
    for (const node of queue) {
      for (const next of neighbours[node]) {
        if (far[next] >= 0) continue
        far[next] = far[node] + 1
        queue.push(next)
      }
    }
    return far[queue[queue.length - 1]]
  })
  return neighbours.map((_, node) => node).sort((a, b) => depth[a] - depth[b] || a - b)
}
