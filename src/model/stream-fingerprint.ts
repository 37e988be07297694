import { createHash } from 'node:crypto'
import type { TimeCurve } from './artifact.js'
import { canonicalConditions } from './conditions/canonical.js'
import type { Model } from './model.js'

/** Incremented if the same model and seed give different records than before, because existing streams then cannot resume. */
const streamVersion = 2

/** Identifies the stream of a model under conditions, a seed, event times and references: hexadecimal. */
export function fingerprintOf(
  { fingerprint, artifact, columns }: Model,
  conditions: unknown,
  seed: number,
  eventTimes: TimeCurve | null,
  references: readonly unknown[],
): string {
  // The words of named pools are shipped with the program, not in the model.
  const words = columns.filter((_, index) => {
    const { source } = artifact.columns[index]
    return source.from === 'pool' && 'provider' in source
  })
  const layout = columns.filter(({ hidden }) => !hidden).map(({ name, type, nullable }) => [name, type, nullable])
  const parts: unknown[] = [streamVersion, fingerprint, canonicalConditions(conditions), seed, layout, words]
  if (eventTimes !== null) parts.push({ eventTimes })
  if (references.length > 0) parts.push({ references })
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
