import { check } from '../config/check.js'
import { disturbRules } from '../config/disturb-rules.js'
import { disturbKinds, disturbConfigOf, disturbSchema } from '../config/disturb.js'
import type { DisturbConfig, DisturbKind } from '../config/disturb.js'
import { namesOf, renamed, type Names } from '../config/rename-keys.js'
import { plainSource } from '../config/source.js'
import { GenesisError } from '../errors.js'
import { documentOf } from './option-table.js'

/** How often a fault occurs. */
export interface Share {
  /** Share of the undisturbed stream's records, 0 to 0.9. */
  readonly probability: number
}

/** A fault of a field. */
export interface SomeFields extends Share {
  /** Columns that may be affected. @default every column that can be missing */
  readonly fields?: readonly string[]
}

/** Deliberate faults in the data, by kind: docs/disturb.md. */
export interface DisturbOptions {
  /** Seed of the faults. @default the stream's */
  readonly seed?: number
  /** Overtaken by the `by` (100) following records. */
  readonly late?: Share & { readonly by?: number }
  /** Overtaken by 1 to `within` (10) following records. */
  readonly outOfOrder?: Share & { readonly within?: number }
  readonly duplicate?: Share
  readonly missingField?: SomeFields
  readonly null?: SomeFields
  readonly malformed?: Share
  readonly tombstone?: Share
}

const tree = { disturb: disturbSchema }
const rows = namesOf(tree, 'code')
/** A kind's name in code. */
const kindInCode = (kind: DisturbKind): string => (rows[`disturb.${kind}`] ?? kind).replace('disturb.', '')
const names: Names = { ...rows, ...Object.fromEntries(disturbKinds.map((kind) => [kind, kindInCode(kind)])) }

/** The faults as a connector has them: same keys and checks, under the names used in code. Throws OPTION_INVALID. */
export function planDisturb(of: string, options: DisturbOptions | undefined, seed: number): DisturbConfig | null {
  if (options === undefined) return null
  const { values, errors } = check(tree, plainSource(documentOf(tree, { disturb: options }), of), {
    env: {},
    folder: '/',
  })
  for (const { what, details } of errors) throw invalid(what, details)
  const anywhere = { sink: { type: 'kafka', format: 'json' }, key: '-', value: { format: 'json', use_latest: false } }
  const broken = disturbRules(values.disturb, anywhere).find((rule) => rule.broken)
  if (broken !== undefined) throw invalid(broken.what, { ...broken, place: `${of}: ${broken.on[0]}` })
  return disturbConfigOf(values.disturb, seed)
}

/** Kinds that need an encoder: rows have no bytes to truncate. */
const encoded: readonly DisturbKind[] = ['missing_field', 'null', 'malformed', 'tombstone']

/** Throws OPTION_INVALID for faults that the stream's consumer cannot produce. */
export function refuseEncoded(of: string, disturb: DisturbConfig | null): void {
  const kind = encoded.find((kind) => (disturb?.probabilities[kind] ?? 0) > 0)
  if (kind === undefined) return
  throw new GenesisError('OPTION_INVALID', 'only a KafkaPublisher writes such records', {
    place: `${of}: disturb.${kindInCode(kind)}`,
    expected: 'late, outOfOrder and duplicate, or streamTo(new KafkaPublisher(…))',
  })
}

function invalid(what: string, { place, found, expected }: GenesisError['details']): GenesisError {
  return renamed(new GenesisError('OPTION_INVALID', what, { place, found, expected }), names)
}
