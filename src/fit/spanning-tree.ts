/**
 * The spanning tree with maximum total weight (Prim), as the neighbours of each node. With mutual information as weight, it is the best
 * tree-shaped approximation of the distribution (Chow & Liu, 1968).
 */
export function maximumSpanningTree(weights: readonly ArrayLike<number>[]): number[][] {
  const nodes = weights.length
  const neighbours: number[][] = Array.from({ length: nodes }, () => [])
  const best = new Float64Array(nodes).fill(-Infinity)
  const from = new Int32Array(nodes).fill(-1)
  const inside = new Array<boolean>(nodes).fill(false)
  for (let count = 0; count < nodes; count++) {
    let next = -1
    for (let node = 0; node < nodes; node++) {
      if (!inside[node] && (next < 0 || best[node] > best[next])) next = node
    }
    inside[next] = true
    if (from[next] >= 0) {
      neighbours[next].push(from[next])
      neighbours[from[next]].push(next)
    }
    for (let node = 0; node < nodes; node++) {
      if (!inside[node] && weights[next][node] > best[node]) {
        best[node] = weights[next][node]
        from[node] = next
      }
    }
  }
  return neighbours
}

/** The parent of each node when the tree is rooted at `root`; −1 for the root. */
export function rootedAt(root: number, neighbours: readonly (readonly number[])[]): number[] {
  const parent = new Array<number>(neighbours.length).fill(-1)
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of neighbours[node]) {
      if (next === parent[node]) continue
      parent[next] = node
      waiting.push(next)
    }
  }
  return parent
}
