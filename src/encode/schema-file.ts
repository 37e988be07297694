import { readFileSync } from 'node:fs'
import { parseExactJson } from '../config/exact-json.js'
import { GenesisError } from '../errors.js'

/** The text of a schema's file. Throws SCHEMA_INVALID. */
export function readSchemaText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new GenesisError('SCHEMA_INVALID', 'the schema file cannot be read', {
      place: file,
      found: code === 'ENOENT' ? 'no such file' : (code ?? String(cause)),
      remedy: 'Paths in a connector file are relative to that file',
      cause,
    })
  }
}

/** The JSON of a schema's file. Throws SCHEMA_INVALID. */
export function readSchemaJson(file: string): unknown {
  const text = readSchemaText(file)
  try {
    return parseExactJson(text)
  } catch (cause) {
    throw new GenesisError('SCHEMA_INVALID', `not JSON: ${(cause as Error).message}`, { place: file, cause })
  }
}
