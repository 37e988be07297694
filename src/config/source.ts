/** Configuration files as plain values that remember their locations. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
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
  // Loaded lazily, with the library: not every command reads such a file.
  const { documentsIn } = await import('./yaml-source.js')
  return documentsIn(text, file)
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
