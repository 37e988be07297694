/** The files that a .proto file imports, below its own folder. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { GenesisError } from '../../errors.js'
import type { NamedSchema } from './named-schema.js'
import { importsIn } from './proto-file.js'

export interface ImportedFile extends NamedSchema {
  readonly file: string
  readonly schema: string
}

/**
 * The imports of a .proto file that are files below its folder, and theirs, as protoc finds them when it is started there: each after those
 * that it imports itself. Others are left to who reads the schema: Google's own, and unknown ones.
 * `named`: imports whose files are known otherwise. Throws SCHEMA_INVALID for a file that cannot be read.
 */
export function importsBeside(text: string, path: string, named: readonly string[] = []): ImportedFile[] {
  const folder = dirname(path)
  const found: ImportedFile[] = []
  const seen = new Set(named)
  const visit = (imports: readonly string[]): void => {
    for (const name of imports) {
      if (seen.has(name)) continue
      seen.add(name)
      const imported = readBelow(folder, name)
      if (imported === null) continue
      visit(importsOf(imported.schema))
      found.push(imported)
    }
  }
  visit(importsOf(text))
  return found
}

/** Of a text that is no .proto file: none. Who reads it says what is wrong with it. */
function importsOf(text: string): readonly string[] {
  try {
    return importsIn(text)
  } catch {
    return []
  }
}

const missing = ['ENOENT', 'ENOTDIR', 'EISDIR']

/** Null: no file. Protobuf's paths neither begin at the root nor go up. */
function readBelow(folder: string, name: string): ImportedFile | null {
  if (name.startsWith('/') || name.split(/[/\\]/).includes('..')) return null
  const file = resolve(folder, name)
  try {
    return { name, file, schema: readFileSync(file, 'utf8') }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    if (missing.includes(code)) return null
    throw new GenesisError('SCHEMA_INVALID', 'the imported file cannot be read', { place: file, found: code, cause })
  }
}
