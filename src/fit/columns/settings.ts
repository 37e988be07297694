import { dirname } from 'node:path'
import { nearest } from '../../config/nearest.js'
import { readSources, type Path, type ConfigSource } from '../../config/source.js'
import { GenesisError } from '../../errors.js'
import type { ColumnSettings } from './column-settings.js'
import { inFolder } from './event-shape.js'
import { settingKeys, wrongSetting } from './setting-checks.js'

/** A columns file as read, with its errors, which planColumns throws together with those that the table reveals. */
export interface ColumnsFile {
  /** Only valid settings, including those of columns that the table does not have. */
  readonly columns: ReadonlyMap<string, ColumnSettings>
  /** The columns with errors. */
  readonly faulty: ReadonlySet<string>
  /** Expressions that no record is to satisfy. */
  readonly forbid: readonly string[]
  readonly errors: readonly GenesisError[]
  /** A location in the file, for messages. */
  place(path: Path): string
}

export const noColumnsFile: ColumnsFile = {
  columns: new Map(),
  faulty: new Set(),
  forbid: [],
  errors: [],
  place: (path) => path.join('.'),
}

/**
 * Reads a columns file: YAML or JSON with a map `columns`, from column to settings, and a list of expressions `forbid`. Throws
 * CONFIG_UNREADABLE; all other errors are returned in `errors`.
 */
export async function readColumnsFile(path: string): Promise<ColumnsFile> {
  const [source] = await readSources(path)
  if (source === undefined) return noColumnsFile
  const errors: GenesisError[] = []
  const columns = new Map<string, ColumnSettings>()
  const faulty = new Set<string>()
  const top = asMap(source.value, source, [], errors)
  for (const key of Object.keys(top)) {
    if (key !== 'columns' && key !== 'forbid') errors.push(unknownKey(source, [key], ['columns', 'forbid']))
  }
  const settings = asMap(top.columns ?? {}, source, ['columns'], errors)
  for (const [column, value] of Object.entries(settings)) {
    const before = errors.length
    columns.set(column, settingsOf(value ?? {}, source, ['columns', column], errors))
    if (errors.length > before) faulty.add(column)
  }
  const forbid = listOf(top.forbid ?? [], source, errors)
  return { columns, faulty, forbid, errors, place: (path) => source.place(path) }
}

function listOf(value: unknown, source: ConfigSource, errors: GenesisError[]): string[] {
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value
  errors.push(wrongValue(source, ['forbid'], value, 'a list of expressions such as paid > total'))
  return []
}

/** The valid settings of a column. Adds an error for each invalid one. */
function settingsOf(value: unknown, source: ConfigSource, at: string[], errors: GenesisError[]): ColumnSettings {
  const right: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(asMap(value, source, at, errors))) {
    if (!settingKeys.includes(key)) {
      errors.push(unknownKey(source, [...at, key], settingKeys))
      continue
    }
    const expected = wrongSetting(key as keyof ColumnSettings, item)
    if (expected === null) right[key] = item
    else errors.push(wrongValue(source, [...at, key], item, expected))
  }
  const settings: ColumnSettings = right
  const { shape } = settings
  return shape === undefined ? settings : { ...settings, shape: inFolder(shape, dirname(source.file ?? '')) }
}

function asMap(value: unknown, source: ConfigSource, path: string[], errors: GenesisError[]): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  errors.push(wrongValue(source, path, value, 'a map'))
  return {}
}

function wrongValue(source: ConfigSource, path: string[], value: unknown, expected: string): GenesisError {
  const found = value === undefined ? 'nothing' : JSON.stringify(value)
  return new GenesisError('CONFIG_INVALID', 'wrong value', { place: source.place(path), found, expected })
}

function unknownKey(source: ConfigSource, path: string[], known: readonly string[]): GenesisError {
  const key = path[path.length - 1]
  const likely = nearest(key, known)
  return new GenesisError('CONFIG_INVALID', 'unknown key', {
    place: source.place(path),
    found: key,
    expected: likely ?? `one of ${known.join(', ')}`,
  })
}
