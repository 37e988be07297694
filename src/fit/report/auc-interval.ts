/** Maximum rows of each kind given to a classifier: more make it slower, and its figure slightly higher. */
const maxRows = 5000

/** How many rows of each kind are compared. */
export function comparedRows(real: number, synthetic: number): number {
  return Math.min(maxRows, real, synthetic)
}

/**
 * Half of the 95 % confidence interval of an area under the curve over this many rows of each kind (Hanley and McNeil 1982), each half
 * of which is judged by a classifier of the other half.
 */
export function aucMargin(auc: number, rows: number): number {
  const half = rows / 2
  const pairs = auc / (2 - auc) + (2 * auc * auc) / (1 + auc) - 2 * auc * auc
  const varianceOfHalf = (auc * (1 - auc) + (half - 1) * pairs) / (half * half)
  return 1.96 * Math.sqrt(varianceOfHalf / 2)
}
