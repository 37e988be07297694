/** `options` that an Avro schema keeps in files of their own, as avro-random-generator has them: `{"file": …, "encoding": …}`. */
import { readFile, realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { isObject } from '../../config/is-object.js'
import { argProperties } from './avro-shape.js'
import { SchemaSource } from './schema-source.js'

type Json = Readonly<Record<string, unknown>>

interface OptionFile {
  readonly file: string
  readonly encoding: 'json' | 'binary'
}

const encodings = ['json', 'binary']

/** Types whose values a binary file may hold. */
const primitives = ['boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']

/**
 * The schema of a file with the values in place of such files, whose paths are relative to the schema's folder and stay in it.
 * Throws SCHEMA_INVALID.
 */
export async function withOptionFiles(schema: Json, path: string): Promise<Json> {
  const source: SchemaSource = new SchemaSource(path)
  const replaced = async (node: unknown, at: string): Promise<unknown> => {
    if (Array.isArray(node)) return Promise.all(node.map((one) => replaced(one, at)))
    if (!isObject(node)) return node
    const place =
      typeof node.name === 'string' && 'type' in node && !Array.isArray(node.fields) ? inside(at, node.name) : at
    const entries = Object.entries(node).map(async ([name, value]): Promise<[string, unknown]> => {
      if (name !== argProperties || !isObject(value)) return [name, await replaced(value, place)]
      return [name, await withOptions(value, node, path, place, source)]
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  return (await replaced(schema, '')) as Json
}

/** The files that a schema names, as `withOptionFiles` reads them. */
export function optionFilesOf(schema: unknown, path: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => optionFilesOf(one, path))
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([name, value]) => {
    const options = name === argProperties && isObject(value) ? value.options : undefined
    return isObject(options) && typeof options.file === 'string'
      ? [resolve(dirname(path), options.file)]
      : optionFilesOf(value, path)
  })
}

const inside = (at: string, name: string): string => (at === '' ? `field ${name}` : `${at}.${name}`)

async function withOptions(
  properties: Json,
  owner: Json,
  path: string,
  field: string,
  source: SchemaSource,
): Promise<Json> {
  const at = `${field}: ${argProperties}`
  const { options, keys } = properties
  // The keys of a map have properties of their own.
  if (isObject(keys)) {
    const ofKeys = await withOptions(keys, { type: 'string' }, path, `${at}.keys`, source)
    return { ...properties, keys: ofKeys }
  }
  if (!isObject(options)) return properties
  const { file, encoding } = checked(options, `${at}.options`, source)
  const place = `${at}.options.file`
  const bytes = await contentOf(file, path, place, source)
  const values =
    encoding === 'json' ? jsonValues(bytes.toString(), place, source) : await binaryValues(bytes, owner, place, source)
  if (values.length === 0)
    source.invalid(place, 'a file without values', { found: file, expected: 'at least one value' })
  return { ...properties, options: values }
}

function checked(options: Json, at: string, source: SchemaSource): OptionFile {
  const { file, encoding, ...others } = options
  if (typeof file !== 'string' || file === '')
    source.invalid(`${at}.file`, 'options without values', { found: options, expected: 'a list of values, or a file' })
  if (typeof encoding !== 'string' || !encodings.includes(encoding))
    source.invalid(`${at}.encoding`, 'not an encoding', { found: encoding, expected: encodings.join(' or ') })
  const [other] = Object.keys(others)
  if (other !== undefined)
    source.invalid(`${at}.${other}`, 'unknown key', { found: other, expected: 'file and encoding' })
  return { file, encoding: encoding as OptionFile['encoding'] }
}

/** Only files below the schema's folder: who may name a schema may not read every file of the worker's machine. */
async function contentOf(file: string, path: string, place: string, source: SchemaSource): Promise<Buffer> {
  const remedy = 'Paths are relative to the folder of the schema'
  try {
    const folder = await realpath(dirname(path))
    const target = await realpath(resolve(folder, file))
    if (relative(folder, target).split(sep)[0] === '..')
      source.invalid(place, 'outside the folder of the schema', {
        found: file,
        expected: 'a file in this folder or below it',
      })
    return await readFile(target)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'SCHEMA_INVALID') throw cause
    const found = code === 'ENOENT' ? `${file}: no such file` : `${file}: ${code ?? String(cause)}`
    return source.invalid(place, 'the file cannot be read', { found, expected: 'a readable file', remedy, cause })
  }
}

/** JSON values one after another, as a rule one a line. */
function jsonValues(text: string, place: string, source: SchemaSource): unknown[] {
  const values: unknown[] = []
  for (const { from, end } of jsonTexts(text)) {
    try {
      values.push(JSON.parse(text.slice(from, end)) as unknown)
    } catch (cause) {
      const line = text.slice(0, from).split('\n').length
      source.invalid(place, 'not JSON', {
        found: `line ${line}: ${text.slice(from, end).slice(0, 40)}`,
        expected: 'JSON values, one after another',
        cause,
      })
    }
  }
  return values
}

/** Where each value begins and ends: texts at their quotes, lists and objects at their last bracket, others at white space. */
function* jsonTexts(text: string): Generator<{ from: number; end: number }> {
  let [from, depth] = [-1, 0]
  const token = /"(?:[^"\\]|\\.)*"|[[{]|[\]}]|[^\s"[\]{}]+|"/g
  for (const { 0: found, index } of text.matchAll(token)) {
    if (from < 0) from = index
    if (found === '[' || found === '{') depth++
    else if (found === ']' || found === '}') depth--
    if (depth > 0) continue
    yield { from, end: index + found.length }
    ;[from, depth] = [-1, 0]
  }
  if (from >= 0) yield { from, end: text.length }
}

/** Values in Avro's binary encoding, one after another. */
async function binaryValues(bytes: Buffer, owner: Json, place: string, source: SchemaSource): Promise<unknown[]> {
  const kind = isObject(owner.type) ? owner.type.type : owner.type
  if (typeof kind !== 'string' || !primitives.includes(kind))
    source.invalid(place, 'a binary file for another type', { found: kind, expected: primitives.join(', ') })
  // Loaded on demand: few schemas have such files.
  const { default: avro } = await import('avsc')
  const type = avro.Type.forSchema(kind)
  const values: unknown[] = []
  for (let at = 0; at < bytes.length;) {
    const decoded: { readonly value: unknown; readonly offset: number } = type.decode(bytes, at)
    const { value, offset } = decoded
    if (offset <= at)
      source.invalid(place, 'ends within a value', { found: `byte ${at}`, expected: `values of type ${kind}` })
    values.push(Buffer.isBuffer(value) ? value.toString('latin1') : value)
    at = offset
  }
  return values
}
