/** The section `sink` of a connector: the keys of all sink types in one map. */
import { sinkSpecs, type SinkConfig, type SinkType } from '../sink/options.js'
import { choice, type Option, type OptionTree } from './option.js'
import type { Rule } from './rule.js'
import type { SinkSpec, SinkSurroundings } from './sink-spec.js'

/** A sink of any type, where its own types do not matter. */
type AnySpec = SinkSpec<Readonly<Record<string, Option>>, SinkConfig>
const specs: Readonly<Record<SinkType, AnySpec>> = sinkSpecs

const sinkTypes = Object.keys(sinkSpecs) as SinkType[]

/** By key: the sink types that have it, with their rows. */
const owners = new Map<string, { readonly type: SinkType; readonly row: Option }[]>()
for (const type of sinkTypes) {
  for (const [key, row] of Object.entries(specs[type].options))
    owners.set(key, [...(owners.get(key) ?? []), { type, row }])
}

/** Checked values of the section; keys of other sink types have their defaults. */
export interface SinkValues {
  readonly type: SinkType
  readonly [key: string]: unknown
}

export const sinkSection: { readonly type: Option<SinkType> } & OptionTree = {
  type: choice(sinkTypes, 'Destination of the records.', 'kafka', { importance: 'medium' }),
  ...Object.fromEntries([...owners].map(([key, rows]) => [key, merged(rows)])),
}

/** Merges several rows: all allowed words of each; nullable, because other sinks lack the key. */
function merged(rows: readonly { readonly type: SinkType; readonly row: Option }[]): Option {
  const [{ row: first }] = rows
  const docs = new Map<string, SinkType[]>()
  for (const { type, row } of rows) docs.set(row.doc, [...(docs.get(row.doc) ?? []), type])
  const words = Array.isArray(first.format) ? [...new Set(rows.flatMap(({ row }) => row.format))] : first.format
  return {
    ...first,
    format: words,
    doc: [...docs].map(([doc, types]) => `${types.join(', ')}: ${doc}`).join(' '),
    required: false,
    nullable: first.required || first.nullable,
  }
}

/** The sink's configuration. `sinkRules` has reported missing keys; a topic then stands in for the sink. */
export function sinkOf(values: SinkValues, folder: string): SinkConfig {
  const spec = specs[values.type]
  const { options } = spec
  const isWhole = Object.entries(options).every(([key, row]) => !row.required || values[key] !== null)
  const isAllowed = Object.entries(options).every(([key, { format }]) => isWord(format, values[key]))
  return isWhole && isAllowed ? spec.configure(values, folder) : { type: 'kafka' }
}

/** A target that only one sink can write to at a time; null: no such limit. */
export function targetOf(sink: SinkConfig, topic: string | null): string | null {
  return specs[sink.type].target(sink, topic)
}

export function sinkRules(values: SinkValues, surroundings: SinkSurroundings): Rule[] {
  const { type } = values
  const own = specs[type].options
  const rules: Rule[] = [...(specs[type].rules?.(surroundings) ?? [])]
  for (const [key, rows] of owners) {
    const on = [`sink.${key}`, 'sink.type']
    if (!Object.hasOwn(own, key)) {
      rules.push({
        on,
        broken: rows[0].row.required && values[key] !== null,
        what: `only the ${rows.map((row) => row.type).join(' and ')} sink has a ${key}`,
        found: `sink.type ${type}`,
        expected: rows.map((row) => `sink.type: ${row.type}`).join(' or '),
      })
      continue
    }
    const row = own[key]
    rules.push({
      on,
      broken: row.required && values[key] === null,
      what: `the ${type} sink needs a ${key}`,
      found: 'none',
      expected: `sink.${key}: ${row.example ?? '<value>'}`,
    })
    rules.push({
      on,
      broken: !isWord(row.format, values[key]),
      what: `the ${type} sink has no ${key} ${String(values[key])}`,
      found: String(values[key]),
      expected: `one of ${[row.format].flat().join(', ')}`,
    })
  }
  return rules
}

function isWord(format: Option['format'], value: unknown): boolean {
  return typeof format === 'string' || format.includes(value as string)
}
