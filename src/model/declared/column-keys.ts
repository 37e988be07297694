/** Which keys a declared column can have: one source of its values, and the keys that go with it. */
import type { DeclaredColumn } from './declared-column.js'

/** The sources of a column's values; a column has exactly one. */
export const origins = [
  'constant',
  'list',
  'values',
  'expression',
  'regex',
  'pattern',
  'derive',
  'provider',
  'distribution',
  'histogram',
] as const
export type ColumnSource = (typeof origins)[number] | 'kind'

export const numberKinds = ['integer', 'decimal', 'real', 'date', 'timestamp'] as const
export type NumberKind = (typeof numberKinds)[number]

/** The keys allowed with each source, besides `hide` and `missing`. */
const keysOf: Readonly<Record<ColumnSource, readonly string[]>> = {
  constant: ['kind'],
  list: ['kind'],
  values: ['weights', 'kind'],
  expression: ['kind', 'scale'],
  regex: [],
  pattern: [],
  derive: [],
  provider: ['locale'],
  distribution: ['kind', 'scale', 'min', 'max', 'mean', 'deviation', 'median', 'spread', 'among', 'exponent', 'step'],
  histogram: ['kind', 'scale'],
  kind: [],
}
/** The keys of kinds that are a source themselves; other kinds have none. */
export const keysOfKind: Readonly<Record<string, readonly string[]>> = {
  sequence: ['start', 'step', 'restart'],
  uuid: ['version'],
  event_time: ['start', 'step', 'jitter'],
  boolean: ['odds'],
  ...Object.fromEntries(numberKinds.map((kind) => [kind, ['min', 'max', 'scale', 'step']])),
}
export const distributionKeys: Readonly<Record<string, readonly string[]>> = {
  uniform: ['min', 'max', 'step'],
  normal: ['mean', 'deviation', 'min', 'max'],
  'log-normal': ['median', 'spread', 'min', 'max'],
  zipf: ['among', 'exponent'],
}

export const columnKeys: readonly string[] = [
  ...new Set([...origins, 'hide', 'missing', ...Object.values(keysOf).flat(), ...Object.values(keysOfKind).flat()]),
]

/** The source of the values; null: not exactly one. Reports keys that do not belong to it. */
export function sourceOf(column: DeclaredColumn): ColumnSource | null {
  const { name, path } = column.declared
  const given = origins.filter((source) => column.settings[source] !== undefined)
  if (given.length > 1) {
    column.declaration.report([...path, given[1]], 'a column with two sources of values', {
      found: given.join(' and '),
      expected: `one of them for ${name}`,
    })
    return null
  }
  const source = given.length === 1 ? given[0] : column.settings.kind === undefined ? undefined : 'kind'
  if (source === undefined) {
    column.declaration.report(path, 'the column does not say where its values come from', {
      expected: `kind, or one of ${origins.join(', ')}`,
    })
    return null
  }
  const { distribution, kind } = column.settings
  const own =
    source === 'distribution'
      ? [...(distributionKeys[String(distribution)] ?? keysOf.distribution), 'kind', 'scale']
      : source === 'kind'
        ? ['kind', ...(keysOfKind[String(kind)] ?? [])]
        : keysOf[source]
  for (const key of Object.keys(column.settings))
    if (key !== source && !own.includes(key) && key !== 'hide' && key !== 'missing')
      column.declaration.report(
        [...path, key],
        `not for a column of ${source === 'kind' ? String(kind) : source === 'distribution' ? String(distribution) : source}`,
        {
          found: key,
          expected: own.length === 0 ? 'hide or missing' : own.join(', '),
        },
      )
  return source
}
