/** Models from schemas alone: Avro, JSON Schema or Protobuf. */
import { inlineProto, parseProto, type ProtoSchema } from '../schemas/proto-file.js'
import { isJsonSchema, parseJsonSchema } from '../schemas/json-schema.js'
import type { Model } from '../model.js'
import { shapeOf } from './avro-shape.js'
import { SchemaSource } from './schema-source.js'
import { modelOfShape } from './from-shape.js'
import { shapeOfProto } from './proto-shape.js'
import { jsonSchemaWords, shapeOfJsonSchema } from './json-schema-shape.js'

type Json = Readonly<Record<string, unknown>>

/** Whether a document is a schema and not a model. */
export function isSchema(document: Json): boolean {
  if (inlineProto(document) !== null) return true
  return document.format === undefined && (document.type !== undefined || isJsonSchema(document))
}

/** A model of the records of an Avro schema, a JSON Schema or inline Protobuf. `read` parses an artifact; `place` names the schema in errors. Throws SCHEMA_INVALID. */
export function modelOfSchema(schema: Json, place: string, read: (text: string) => Model): Model {
  const proto = inlineProto(schema)
  if (proto !== null) return modelOfProto(parseProto(proto.protobuf, place, proto.message ?? null), read)
  if (!isJsonSchema(schema)) {
    const source: SchemaSource = new SchemaSource(place)
    return modelOfShape(shapeOf(schema, source), source, read)
  }
  const source: SchemaSource = new SchemaSource(place, jsonSchemaWords)
  return modelOfShape(shapeOfJsonSchema(parseJsonSchema(schema, place), source), source, read)
}

/** A model of a .proto file's message. Throws SCHEMA_INVALID. */
export function modelOfProto(schema: ProtoSchema, read: (text: string) => Model): Model {
  const source: SchemaSource = new SchemaSource(schema.place)
  return modelOfShape(shapeOfProto(schema, source), source, read)
}
