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
  /** Of the undisturbed stream's records, 0 to 0.9. */
  readonly probability: number
}

/** A fault that befalls a field. */
export interface SomeFields extends Share {
  /** Columns that it may befall. @default every column that can be missing */
  readonly fields?: readonly string[]
}

/** Faults in the data on purpose, by kind: docs/disturb.md. */
export interface DisturbOptions {
  /** Of the faults; that of the stream if left out. */
  readonly seed?: number
  /** Comes after `by` (100) of those that follow it. */
  readonly late?: Share & { readonly by?: number }
  /** Comes after 1 to `within` (10) of those that follow it. */
  readonly outOfOrder?: Share & { readonly within?: number }
  readonly duplicate?: Share
  readonly missingField?: SomeFields
  readonly null?: SomeFields
  readonly malformed?: Share
  readonly tombstone?: Share
}

const tree = { disturb: disturbSchema }
const rows = namesOf(tree, 'code')
/** What a kind is called in code. */
const kindInCode = (kind: DisturbKind): string => (rows[`disturb.${kind}`] ?? kind).replace('disturb.', '')
const names: Names = { ...rows, ...Object.fromEntries(disturbKinds.map((kind) => [kind, kindInCode(kind)])) }

/** The faults as a connector has them: its keys, its checks, under the names that code has. Throws OPTION_INVALID. */
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

/** Kinds that only an encoder can bring about: rows have no bytes to cut off. */
const encoded: readonly DisturbKind[] = ['missing_field', 'null', 'malformed', 'tombstone']

/** Throws OPTION_INVALID for faults that the consumer of the stream cannot produce. */
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
