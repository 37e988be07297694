/** A form from a plugin's definitions: which fields it has, and the configuration that they make. */
import type { Config, Definition, Validation } from './shapes.js'

export const classKey = 'connector.class'
export const nameKey = 'name'

export interface Field {
  readonly definition: Definition
  /** The allowed values; empty: any. */
  readonly choices: readonly string[]
  readonly control: 'select' | 'area' | 'secret' | 'text'
}

export interface FieldGroup {
  readonly title: string
  readonly fields: readonly Field[]
}

/** Important fields first, in documentation order; the others by section. The class is chosen apart. */
export function fieldGroups({ configs }: Validation): readonly FieldGroup[] {
  const essential: Field[] = []
  const sections = new Map<string, Field[]>()
  for (const { definition, value } of configs) {
    if (definition.name === classKey) continue
    const field = { definition, ...controlOf(definition, value.recommended_values) }
    if (definition.importance !== 'LOW') {
      essential.push(field)
      continue
    }
    const title = sectionTitle(definition.group)
    sections.set(title, [...(sections.get(title) ?? []), field])
  }
  return [{ title: '', fields: essential }, ...[...sections].map(([title, fields]) => ({ title, fields }))]
}

function controlOf({ type, name, default_value }: Definition, words: readonly string[]): Omit<Field, 'definition'> {
  const choices = type === 'BOOLEAN' ? ['true', 'false'] : words
  if (choices.length > 0) return { choices, control: 'select' }
  if (type === 'PASSWORD') return { choices, control: 'secret' }
  const isLong = /^[[{]/.test(default_value ?? '') || /(^|\.)(conditions|schema)$/.test(name)
  return { choices, control: isLong ? 'area' : 'text' }
}

function sectionTitle(group: string): string {
  if (group === 'Common') return 'More'
  const words = group.replaceAll('_', ' ')
  return words[0].toUpperCase() + words.slice(1)
}

/** Whether a field matters to a sink: what a sink reads begins with its name, as in `file: …` or `stdout, file: …`. */
export function appliesTo({ name, documentation }: Definition, sinkType: string): boolean {
  if (!name.startsWith('sink.') || name === 'sink.type') return true
  return new RegExp(`(^|[\\s,])${sinkType}(, [\\w-]+)*: `).test(documentation)
}

/** The configuration of filled-in fields and other keys. Empty fields are left out, and have their defaults. */
export function configOf(plugin: string, values: ReadonlyMap<string, string>, other: Config): Config {
  const filled = [...values].map(([key, value]) => [key, value.trim()] as const).filter(([, value]) => value !== '')
  return { [classKey]: plugin, ...other, ...Object.fromEntries(filled) }
}

/** A configuration as the values of fields, and whatever has no field. */
export function valuesOf(
  config: Config,
  groups: readonly FieldGroup[],
): { readonly values: ReadonlyMap<string, string>; readonly other: Config } {
  const known = new Set(groups.flatMap(({ fields }) => fields.map(({ definition }) => definition.name)))
  const entries = Object.entries(config).filter(([key]) => key !== classKey)
  return {
    values: new Map(entries.filter(([key]) => known.has(key))),
    other: Object.fromEntries(entries.filter(([key]) => !known.has(key))),
  }
}

/** Lines `key = value`; `wrong`: the first line that is none. */
export function parseKeys(text: string): { readonly keys: Config; readonly wrong: string | null } {
  const keys: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue
    const [, key, value] = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key === undefined) return { keys, wrong: line.trim() }
    keys[key] = value
  }
  return { keys, wrong: null }
}

export function keysText(keys: Config): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')
}

/** Errors by key, of the keys that are to be shown: those filled in or left, or all after an attempt to save. */
export function shownProblems(
  { configs }: Validation,
  isShown: (key: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    configs
      .filter(({ value }) => value.errors.length > 0 && isShown(value.name))
      .map(({ value: { name, errors } }) => [name, errors]),
  )
}

/** Whether records can be shown: a name is not needed for that. */
export function isSamplable({ configs }: Validation): boolean {
  return configs.every(({ value }) => value.errors.length === 0 || value.name === nameKey)
}

/** The columns of records, in order of their first appearance. */
export function columnsOf(records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
