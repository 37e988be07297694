/** Models declared in YAML, column by column: docs/declared.md. */
import { throwErrors } from '../../config/check.js'
import { nearest } from '../../config/nearest.js'
import { readSources, type ConfigSource, type Path } from '../../config/source.js'
import { GenesisError } from '../../errors.js'
import { basename, dirname, extname, resolve } from 'node:path'
import { columnsInExpression } from '../expression/expression.js'
import { parseTemplate } from '../generated/template-parts.js'
import type { ModelArtifact } from '../artifact.js'
import type { LivesSpec } from '../lives/lives.js'
import { livesSpec } from './changed-columns.js'
import { columnKeys } from './column-keys.js'
import { ColumnReader } from './column-reader.js'
import { ModelDraft } from './draft.js'
import { readLives } from './read-lives.js'

export type Settings = Readonly<Record<string, unknown>>

/** A column as declared. */
export interface Declared {
  readonly name: string
  readonly settings: Settings
  readonly path: Path
}

/** A declaration's source, and what is wrong with it so far. */
export class Declaration {
  readonly errors: GenesisError[] = []

  constructor(readonly source: ConfigSource) {}

  place(path: Path): string {
    return this.source.place(path)
  }

  /** Records an error without throwing it, so that reading continues. */
  report(path: Path, what: string, details: { found?: unknown; expected?: string; remedy?: string } = {}): void {
    const { found, ...rest } = details
    this.errors.push(
      new GenesisError('CONFIG_INVALID', what, {
        place: this.place(path),
        ...(found !== undefined && { found: typeof found === 'string' ? found : JSON.stringify(found) }),
        ...rest,
      }),
    )
  }

  reportUnknownKey(path: Path, known: readonly string[]): void {
    const key = String(path[path.length - 1])
    this.report(path, 'unknown key', { found: key, expected: nearest(key, known) ?? `one of ${known.join(', ')}` })
  }

  /** Reports every key of a map that is not a known one. */
  reportUnknownKeys(settings: Settings, known: readonly string[], path: Path): void {
    for (const key of Object.keys(settings)) if (!known.includes(key)) this.reportUnknownKey([...path, key], known)
  }

  /** Runs an action, and records the GenesisError it throws. */
  try(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof GenesisError)) throw error
      this.errors.push(...(error.details.all ?? [error]))
    }
  }
}

/** A declaration's model, and its lives; null: its records are independent. */
export interface DeclaredModel {
  readonly artifact: ModelArtifact
  readonly lives: LivesSpec | null
}

/**
 * Reads a model declared in a YAML file. `include` reads the model that the file includes columns from. Throws CONFIG_UNREADABLE, or
 * CONFIG_INVALID with all errors together, and whatever `include` throws.
 */
export async function readDeclaration(
  file: string,
  include: (path: string) => Promise<ModelArtifact>,
): Promise<DeclaredModel> {
  const [source] = await readSources(file)
  if (source === undefined)
    throw new GenesisError('CONFIG_INVALID', 'an empty file', { place: file, expected: 'columns: a map of columns' })
  const declaration = new Declaration(source)
  const top = isMap(source.value) ? source.value : {}
  if (!isMap(source.value))
    declaration.report([], 'not a map', { found: source.value, expected: 'columns: a map of columns' })
  declaration.reportUnknownKeys(top, topKeys, [])
  const { name, include: included, columns } = top
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    declaration.report(['name'], 'not a name', { found: name, expected: 'text' })
  if (included !== undefined && typeof included !== 'string')
    declaration.report(['include'], 'not a path', { found: included, expected: 'the path of a model file' })
  const base = typeof included === 'string' ? await include(resolve(dirname(file), included)) : null
  if (!isMap(columns) || Object.keys(columns).length === 0)
    declaration.report(columns === undefined ? [] : ['columns'], 'no columns', {
      expected: 'columns: a map of columns',
    })
  const declared = declaredColumns(isMap(columns) ? columns : {}, declaration)
  const draft = new ModelDraft(base)
  if (declared.every(({ settings }) => settings.hide === true) && base === null && declared.length > 0)
    declaration.report(['columns'], 'every column is hidden', { expected: 'one without hide' })
  const lives = top.lives === undefined ? null : readLives(top.lives, declared, declaration)
  for (const { name: own, path } of declared)
    if (draft.column(own) !== undefined)
      declaration.report(path, 'the included model has this column', { found: own, expected: 'another name' })
  const reader = new ColumnReader(draft, declaration, declared)
  const isComputed = ({ settings }: Declared): boolean =>
    settings.expression !== undefined || settings.derive !== undefined
  for (const column of declared) if (!isComputed(column) && !hasUnknownKeys(column)) reader.add(column)
  // Columns that depend on a wrong one would only report misleading errors.
  if (declaration.errors.length === 0)
    for (const column of inOrder(declared, draft, declaration)) if (isComputed(column)) reader.add(column)
  const spec = lives === null || declaration.errors.length > 0 ? null : livesSpec(lives, draft, declaration)
  throwErrors(declaration.errors)
  const artifact = draft.artifact(
    typeof name === 'string' ? name : basename(file, extname(file)),
    declared.map((one) => one.name),
  )
  return { artifact, lives: spec }
}

/** The model file that a declaration includes; null: none, or the declaration is unreadable. */
export async function includedIn(file: string): Promise<string | null> {
  const [source] = await readSources(file).catch(() => [])
  const included = isMap(source?.value) ? source.value.include : undefined
  return typeof included === 'string' ? resolve(dirname(file), included) : null
}

const topKeys = ['name', 'include', 'columns', 'lives']

function declaredColumns(columns: Settings, declaration: Declaration): Declared[] {
  return Object.entries(columns).map(([name, given]) => {
    const path = ['columns', name]
    const settings = isMap(given) ? given : {}
    if (!isMap(given)) declaration.report(path, 'not a map', { found: given, expected: 'such as { kind: sequence }' })
    declaration.reportUnknownKeys(settings, columnKeys, path)
    return { name, settings, path }
  })
}

function hasUnknownKeys({ settings }: Declared): boolean {
  return Object.keys(settings).some((key) => !columnKeys.includes(key))
}

/** The columns, each after those it depends on. */
function inOrder(declared: readonly Declared[], draft: ModelDraft, declaration: Declaration): Declared[] {
  const byName = new Map(declared.map((column) => [column.name, column]))
  const done = new Set<string>()
  const order: Declared[] = []
  const visit = (column: Declared, way: readonly string[]): void => {
    if (done.has(column.name)) return
    if (way.includes(column.name)) {
      declaration.report(column.path, 'columns that depend on each other', {
        found: [...way.slice(way.indexOf(column.name)), column.name].join(' → '),
        expected: 'expressions and templates without a cycle',
      })
      done.add(column.name)
      return
    }
    for (const name of neededBy(column, declaration)) {
      const needed = byName.get(name)
      if (needed !== undefined) visit(needed, [...way, column.name])
      else if (draft.column(name) === undefined && typeof column.settings.derive === 'string') {
        const known = [...byName.keys()]
        declaration.report([...column.path, 'derive'], 'unknown column', {
          found: name,
          expected: nearest(name, known) ?? `one of ${known.join(', ')}`,
        })
      }
    }
    if (done.has(column.name)) return
    done.add(column.name)
    order.push(column)
  }
  declared.forEach((column) => visit(column, []))
  return order
}

/** The columns that a column is computed from. Other errors in its text are reported where it is read. */
function neededBy({ settings: { expression, derive }, path }: Declared, declaration: Declaration): string[] {
  if (typeof expression === 'string') {
    let names: string[] = []
    declaration.try(() => void (names = columnsInExpression(expression, declaration.place([...path, 'expression']))))
    return names
  }
  if (typeof derive !== 'string') return []
  const parts = parseTemplate(derive)
  return typeof parts === 'string' ? [] : parts.flatMap((part) => (part.kind === 'column' ? [part.column] : []))
}

export function isMap(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
