/** The quality of a model, for people. */
export function qualityLines(report: unknown): string[] {
  return report === null ? [] : []
}
