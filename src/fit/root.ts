import type { CodedTable } from '../model/circuit.js'
import { Patterns } from './patterns.js'
import { hangFrom } from './spanning-tree.js'

/** Rows examined: one chunk of a mini-batch. */
const sampleRows = 256
/** Roots that are tried; beyond it, those nearest to the middle of the tree. */
const candidates = 64

/**
 * The tree hung from the root that makes training cheapest. Every root gives the same family of distributions, but work
 * grows with the number of distinct patterns below each node, and that depends on which way the tree hangs.
 * Returns the parent of each node.
 */
export function hangCheaply(neighbours: readonly (readonly number[])[], table: CodedTable): number[] {
  const rows = Math.min(sampleRows, table.rows)
  const order = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * table.rows) / rows))
  let best = hangFrom(0, neighbours)
  let least = Infinity
  for (const root of byDepth(neighbours).slice(0, candidates)) {
    const parent = hangFrom(root, neighbours)
    const patterns = new Patterns(parent, rows)
    patterns.group(table.codes, order, 0, rows)
    // The root has no message to make.
    const cost = patterns.count.reduce((sum, count, node) => sum + (node === root ? 0 : count), 0)
    if (cost < least) {
      least = cost
      best = parent
    }
  }
  return best
}

/** The nodes by the depth of the tree that hangs from them, least first. */
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
