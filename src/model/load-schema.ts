/** Models from the files of schemas: what `load.ts` needs for them alone. */
import { isObject } from '../config/is-object.js'
import { argProperties } from './declared/avro-shape.js'
import { isSchema, modelOfProto } from './declared/from-schema.js'
import { optionFilesOf, withOptionFiles } from './declared/option-files.js'
import type { Model } from './model.js'
import { parseProto } from './schemas/proto-file.js'
import { importsBeside } from './schemas/proto-imports.js'
import type { ProtoPath } from './schemas/proto-path.js'

export { isSchema, modelOfSchema } from './declared/from-schema.js'
export { importsBeside } from './schemas/proto-imports.js'

/** A model of a .proto file's message. `read` parses an artifact. Throws SCHEMA_INVALID. */
export function modelOfProtoFile(text: string, { file, message }: ProtoPath, read: (text: string) => Model): Model {
  return modelOfProto(parseProto(text, file, message, importsBeside(text, file)), read)
}

type Json = Record<string, unknown>

/** The schema of a file with the values of the files that it names in their place. Throws SCHEMA_INVALID. */
export async function completed(schema: Json, bytes: Buffer, path: string): Promise<Json> {
  return isAnnotated(bytes) ? withOptionFiles(schema, path) : schema
}

function isAnnotated(bytes: Buffer): boolean {
  return bytes.includes(`"${argProperties}"`)
}

/** The files with options that an annotated schema names; none if the file has no such schema. */
export function optionFilesIn(bytes: Buffer, file: string): string[] {
  if (!isAnnotated(bytes)) return []
  try {
    const document: unknown = JSON.parse(bytes.toString())
    return isObject(document) && isSchema(document) ? optionFilesOf(document, file) : []
  } catch {
    return []
  }
}
