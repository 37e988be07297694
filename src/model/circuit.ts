/**
 * A hidden Chow-Liu tree (HCLT): each node j has a hidden state z_j of `states` values and one observed symbol x_j; the z
 * follow the tree. p(z_root) · Π p(z_j | z_parent(j)) · Π p(x_j | z_j). Liu & Van den Broeck, "Tractable Regularization
 * of Probabilistic Circuits" (2021).
 */
export interface Circuit {
  /** H, the number of hidden states of each node. */
  readonly states: number
  /** Parent of each node, −1 for the root. Exactly one root; no cycles. */
  readonly parent: readonly number[]
  /** p(z_root), H entries. */
  readonly prior: Float32Array
  /** Per node p(z_j | z_parent): H rows (parent's state) of H entries. Empty for the root. */
  readonly transitions: readonly Float32Array[]
  /** Per node p(x_j | z_j): H rows (state) of `alphabet size of j` entries. */
  readonly emissions: readonly Float32Array[]
}

/** A table as codes, which circuits are trained from. `codes[j][row]` is below `sizes[j]`. */
export interface CodedTable {
  readonly rows: number
  readonly sizes: readonly number[]
  readonly codes: readonly Uint16Array[]
}

/** The nodes ordered so that every parent comes before its children; the root is first. */
export function topDown(parent: readonly number[]): number[] {
  const order: number[] = []
  const seen = new Array<boolean>(parent.length).fill(false)
  const visit = (node: number): void => {
    if (seen[node]) return
    const above = parent[node]
    if (above >= 0) visit(above)
    seen[node] = true
    order.push(node)
  }
  for (let node = 0; node < parent.length; node++) visit(node)
  return order
}
