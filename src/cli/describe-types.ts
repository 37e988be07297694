import { deriveJsonType } from '../encode/json-schema/derive.js'
import { derivedSchema } from '../encode/value.js'
import { dayMs, shownValue } from '../model/held.js'
import type { Model } from '../model/model.js'
import type { Field, FieldType, Value } from '../record.js'

/** Languages for `genesis describe --types`. */
export const typeLanguages = {
  ts: typeScriptOf,
  avro: avroOf,
  'json-schema': jsonSchemaOf,
} as const satisfies Record<string, (model: Model) => string>

/** 2024-05-31 and 12:34:56.789, as held in memory. */
const [exampleDay, exampleTime] = [19_874, 45_296_789]
/** Up to this many categories are spelled out. */
const maxWords = 40

/** An interface for `SyntheticGenerator.load<…>()`, named after the model. */
function typeScriptOf({ artifact, fields }: Model): string {
  const members = fields.map((field) => {
    const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(field.name) ? field.name : JSON.stringify(field.name)
    const note = noteOf(field.type)
    return `${note === null ? '' : `  /** ${note} */\n`}  readonly ${name}: ${typeScriptType(field)}${field.nullable ? ' | null' : ''}\n`
  })
  return `export interface ${interfaceName(artifact.name)} {\n${members.join('')}}\n`
}

function typeScriptType(field: Field): string {
  const words = wordsOf(field)
  if (words !== null) return words.map((word) => JSON.stringify(word)).join(' | ')
  switch (field.type.kind) {
    case 'boolean':
      return 'boolean'
    case 'integer':
    case 'decimal':
    case 'double':
      return 'number'
    case 'string':
    case 'uuid':
    case 'date':
    case 'timestamp':
    case 'time':
      return 'string'
    case 'json':
      return 'unknown'
    case 'list':
      return typeScriptList(field.type)
  }
}

function typeScriptList({ of, items }: Extract<FieldType, { kind: 'list' }>): string {
  const shown = (item: Field): string => `${typeScriptType(item)}${item.nullable ? ' | null' : ''}`
  const members = (fields: readonly Field[]): string =>
    `{ ${fields.map((item) => `readonly ${JSON.stringify(item.name)}: ${shown(item)}`).join('; ')} }`
  if (of === 'records') return `readonly ${members(items)}[]`
  if (of === 'values') return `readonly (${shown(items[0])})[]`
  const values = items.slice(0, -1)
  return `Readonly<Record<string, ${of === 'map' ? shown(values[0]) : members(values)}>>`
}

function noteOf(type: FieldType): string | null {
  switch (type.kind) {
    case 'integer':
      return 'An integer.'
    case 'decimal':
      return `At most ${type.scale} decimals.`
    case 'uuid':
      return 'A UUID.'
    case 'date':
      return `A date, such as ${shownValue(exampleDay, type)}.`
    case 'timestamp':
      return `A time, such as ${shownValue(exampleDay * dayMs + exampleTime, type)}.`
    case 'time':
      return `A time of day, such as ${shownValue(exampleTime, type)}.`
    case 'string':
    case 'boolean':
    case 'double':
    case 'list':
    case 'json':
      return null
  }
}

/** The schema that a connector without its own would register. */
function avroOf({ artifact, fields }: Model): string {
  const { json } = derivedSchema({ name: artifact.name, topic: null, disturb: null }, fields)
  return `${JSON.stringify(json, null, 2)}\n`
}

/** JSON Schema (draft 2020-12) of a record as JSON. */
function jsonSchemaOf({ artifact, fields }: Model): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: artifact.name,
    type: 'object',
    additionalProperties: false,
    required: fields.map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, jsonSchemaField(field)])),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function jsonSchemaField(field: Field): object {
  const words = wordsOf(field)
  if (words !== null) return { enum: field.nullable ? [...words, null] : words }
  const { type, ...rest } = jsonSchemaType(field.type)
  return { type: field.nullable ? [type, 'null'] : type, ...rest }
}

function jsonSchemaType(type: FieldType): { readonly type?: string } {
  if (type.kind === 'list') return { type: type.of.endsWith('map') ? 'object' : 'array' }
  return type.kind === 'json' ? { type: 'object' } : deriveJsonType(type)
}

/** The values of a text column that has few of them, all known. */
function wordsOf({ type, vector, dictionary }: Field): string[] | null {
  if (type.kind !== 'string' || vector !== 'dictionary' || dictionary === undefined) return null
  const words = [...new Set(dictionary.filter((word): word is Value & string => typeof word === 'string'))]
  return words.length > 0 && words.length <= maxWords ? words : null
}

function interfaceName(model: string): string {
  const words = model.split(/[^\p{ID_Continue}]+/u).filter((word) => word !== '')
  const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')
  return /^[\p{ID_Start}_$]/u.test(name) ? name : `Row${name}`
}
