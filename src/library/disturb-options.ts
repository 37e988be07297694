import { check } from '../config/check.js'
import { disturbRules } from '../config/disturb-rules.js'
import { disturbOf, disturbSchema } from '../config/disturb.js'
import type { DisturbConfig, DisturbKind } from '../config/disturb.js'
import { plainSource } from '../config/source.js'
import { GenesisError } from '../errors.js'

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

/** The faults as a connector has them: its keys, its checks, under the names that code has. Throws OPTION_INVALID. */
export function planDisturb(of: string, options: DisturbOptions | undefined, seed: number): DisturbConfig | null {
  if (options === undefined) return null
  const { values, errors } = check(disturbSchema, plainSource(snake(options), ''), { env: {}, folder: '/' })
  for (const { what, details } of errors) throw invalid(of, what, details)
  const anywhere = { sink: { type: 'kafka', format: 'json' }, key: '-', value: { format: 'json', use_latest: false } }
  const broken = disturbRules(values, anywhere).find((rule) => rule.broken)
  if (broken !== undefined) throw invalid(of, broken.what, { ...broken, place: broken.on[0].replace('disturb.', '') })
  return disturbOf(values, seed)
}

/** Kinds that only an encoder can bring about: rows have no bytes to cut off. */
const encoded: readonly DisturbKind[] = ['missing_field', 'null', 'malformed', 'tombstone']

/** Throws OPTION_INVALID for faults that the consumer of the stream cannot produce. */
export function refuseEncoded(of: string, disturb: DisturbConfig | null): void {
  const kind = encoded.find((kind) => (disturb?.probabilities[kind] ?? 0) > 0)
  if (kind === undefined) return
  throw new GenesisError('OPTION_INVALID', 'only a KafkaPublisher writes such records', {
    place: `${of}: disturb.${camel(kind)}`,
    expected: 'late, outOfOrder and duplicate, or streamTo(new KafkaPublisher(…))',
  })
}

function invalid(of: string, what: string, { place, found, expected }: GenesisError['details']): GenesisError {
  return new GenesisError('OPTION_INVALID', what, {
    place: `${of}: disturb.${camel((place ?? '').replace(/^: /, ''))}`,
    found: found && camel(found),
    expected: expected && camel(expected),
  })
}

function camel(text: string): string {
  return text.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Kinds as files name them; what is below them is named the same. */
function snake(options: object): unknown {
  const key = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[key(name), value as unknown]])),
  )
}
