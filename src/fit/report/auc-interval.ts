/** Maximum number of rows of each kind for a classifier: more make it slower, and its AUC slightly higher. */
const maxRows = 5000

/** Number of rows of each kind that are compared. */
export function comparedRows(real: number, synthetic: number): number {
  return Math.min(maxRows, real, synthetic)
}

/**
 * Half the width of the 95 % confidence interval of an area under the curve (Hanley and McNeil 1982) for this many rows of each kind,
 * each half of which is scored by a classifier trained on the other half.
 */
export function aucMargin(auc: number, rows: number): number {
  const half = rows / 2
  const pairs = auc / (2 - auc) + (2 * auc * auc) / (1 + auc) - 2 * auc * auc
  const varianceOfHalf = (auc * (1 - auc) + (half - 1) * pairs) / (half * half)
  return 1.96 * Math.sqrt(varianceOfHalf / 2)
}
