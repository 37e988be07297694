/** Configuration files as plain values that remember their locations. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import { GenesisError } from '../errors.js'
import { nearPath } from './near-path.js'
import { parseProperties } from './properties.js'

/** Keys and indexes from the root of a document. */
export type Path = readonly (string | number)[]

export interface ConfigSource {
  readonly value: unknown
  /** Null: not from a file. */
  readonly file: string | null
  /** The start of a message: `file:line:column: dotted.path`, as far as known. */
  place(path: Path): string
}

/** A value from elsewhere (REST, the library); `label` starts its messages. */
export function plainSource(value: unknown, label: string): ConfigSource {
  return { value, file: null, place: (path) => [label, path.join('.')].filter((part) => part !== '').join(': ') }
}

/**
 * The documents of a YAML file (`---` separates them), or the only one of a JSON or properties file. Empty documents
 * are skipped. Throws CONFIG_UNREADABLE, naming line and column, if the file cannot be read or parsed.
 */
export async function readSources(file: string): Promise<ConfigSource[]> {
  const text = await readConfigText(file)
  if (extname(file).toLowerCase() === '.properties') return [propertiesSource(text, file)]
  const lines = new LineCounter()
  const json = extname(file).toLowerCase() === '.json'
  // YAML is a superset of JSON, so one parser locates keys in both.
  const settings = { lineCounter: lines, prettyErrors: false, ...(json && { schema: 'json' as const }) }
  const parsed = json ? [parseDocument(text, settings)] : parseAllDocuments(text, settings)
  const documents: Document[] = Array.isArray(parsed) ? parsed : []
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  for (const { errors, warnings } of documents) {
    const problem = errors[0] ?? warnings[0]
    if (problem !== undefined) {
      throw new GenesisError('CONFIG_UNREADABLE', problem.message, { place: at(problem.pos[0]), cause: problem })
    }
  }
  if (json) checkJson(text, file)
  return documents
    .filter((document) => document.contents !== null && !isEmpty(document.contents))
    .map((document) => ({
      value: toValue(document, at),
      file,
      place: (path) => `${at(offsetOf(document, path))}${path.length === 0 ? '' : `: ${path.join('.')}`}`,
    }))
}

/** A connector in connect-standalone's form: a flat map of strings. */
function propertiesSource(text: string, file: string): ConfigSource {
  const value = Object.fromEntries(parseProperties(text))
  return { value, file, place: (path) => (path.length === 0 ? file : `${file}: ${path.join('.')}`) }
}

/** A file's text; throws CONFIG_UNREADABLE. */
export async function readConfigText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** The error for a file or folder that cannot be read. */
export function unreadable(file: string, cause: unknown): GenesisError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    ENOENT: 'no such file or folder',
    EACCES: 'no permission to read it',
    EISDIR: 'it is a folder',
  }
  const near = code === 'ENOENT' ? nearPath(file, 'connectors', /\.(ya?ml|json|properties)$/i) : undefined
  return new GenesisError('CONFIG_UNREADABLE', reasons[code ?? ''] ?? message, {
    place: file,
    ...(near !== undefined && { remedy: `Did you mean ${near}?` }),
    cause,
  })
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null
}

function toValue(document: Document, at: (offset: number) => string): unknown {
  // A key read as null is the word "null": object keys are always strings.
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === null && key.source === 'null') key.value = 'null'
    },
  })
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    // Undefined aliases, or so many that the value would explode.
    const offset = document.contents?.range?.[0] ?? 0
    throw new GenesisError('CONFIG_UNREADABLE', (cause as Error).message, { place: at(offset), cause })
  }
}

/** Where the last key of a path is; for a list item, the item itself. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(name))
      if (pair === undefined) return offset
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(name)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

/** A .json file must not use what only YAML allows (comments, trailing commas). */
function checkJson(text: string, file: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new GenesisError('CONFIG_UNREADABLE', `not JSON: ${(cause as Error).message}`, { place: file, cause })
  }
}
