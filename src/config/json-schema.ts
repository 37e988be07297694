import { formatOf } from './formats.js'
import { isOption } from './option.js'
import type { Option, OptionTree } from './option.js'

/** JSON Schema (draft 2020-12) of a tree of options, for editors and other validators. */
export function jsonSchema(tree: OptionTree, title: string): SectionSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...sectionSchema(tree),
    $defs: {
      placeholder: {
        type: 'string',
        description: '${env:NAME}, ${env:NAME:-default}, ${file:path:key} or ${file:path}',
        pattern: '\\$\\{(env|file):',
      },
    },
  }
}

interface SectionSchema {
  readonly properties: Readonly<Record<string, object>>
  readonly [key: string]: unknown
}

/** The schema of a map of options. */
export function sectionSchema(tree: OptionTree): SectionSchema {
  const needed = Object.entries(tree).filter(([, node]) => isOption(node) && node.required && node.env === undefined)
  return {
    type: 'object',
    additionalProperties: false,
    ...(needed.length > 0 && { required: needed.map(([name]) => name) }),
    properties: Object.fromEntries(
      Object.entries(tree).map(([name, node]) => [name, isOption(node) ? property(node) : sectionSchema(node)]),
    ),
  }
}

function property(option: Option): object {
  const note = { description: option.doc, ...(option.default !== null && { default: option.default }) }
  const format = formatOf(option)
  if (option.items !== undefined) {
    const each = sectionSchema(option.items)
    return { ...note, anyOf: [each, { type: 'array', items: each }, { type: 'null' }, { $ref: '#/$defs/placeholder' }] }
  }
  const types = [...typesOf(format.written), ...(option.nullable ? ['null'] : [])]
  if (Array.isArray(option.format)) {
    const words = { enum: [...option.format, ...(option.nullable ? [null] : [])] }
    return { ...note, anyOf: [words, { $ref: '#/$defs/placeholder' }] }
  }
  const own = { type: types.length === 1 ? types[0] : types, ...(format.json?.(option) ?? {}) }
  if (option.format === 'count') own.type = option.nullable ? ['integer', 'null'] : 'integer'
  const plainText = types.includes('string') && !('pattern' in own)
  return plainText ? { ...note, ...own } : { ...note, anyOf: [own, { $ref: '#/$defs/placeholder' }] }
}

function typesOf(written: string): string[] {
  const names: Record<string, string> = { text: 'string', list: 'array' }
  return written.split(' or ').map((word) => names[word] ?? word)
}
