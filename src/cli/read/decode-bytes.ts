/** Decodes the bytes of a key, value or header as a consumer that knows nothing about the producer. */
import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type protobuf from 'protobufjs'
import { GenesisError } from '../../errors.js'
import { decodeMessage } from './proto-message.js'

export type BytesFormat = 'avro' | 'json-schema' | 'protobuf' | 'json' | 'text' | 'hex'

export interface Decoded {
  readonly format: BytesFormat
  /** As JSON, on one line. */
  readonly json: string
  /** For people: strings without quotes. */
  readonly text: string
  /** In the registry; null: the bytes have no schema id. */
  readonly schemaId: number | null
}

export type DecodeBytes = (bytes: Buffer) => Promise<Decoded>

/** Magic byte 0 and a schema id (int32): the frame of all schema registry serializers. */
const frameBytes = 5
const utf8 = new TextDecoder('utf-8', { fatal: true })
// Control characters other than tab, line feed and carriage return do not occur in text.
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/**
 * Decodes by the wire format: what begins like a registry's frame by its schema, other bytes as JSON, text or, if they are neither, in
 * hexadecimal. `note` hears once of each reason why a frame stays bytes. Rejects with REGISTRY_UNREACHABLE and REGISTRY_REJECTED.
 */
export function createDecoder(registry: SchemaRegistry | null, note: (message: string) => void): DecodeBytes {
  const noted = new Set<string>()
  const noteOnce = (message: string): void => {
    if (noted.has(message)) return
    noted.add(message)
    note(message)
  }
  return async (bytes) => {
    if (bytes.length < frameBytes || bytes[0] !== 0) return decodePlain(bytes)
    if (registry === null) {
      noteOnce(
        'bytes that begin like those of a schema registry; set --registry (or SCHEMA_REGISTRY_URL) to decode them',
      )
      return decodePlain(bytes)
    }
    const id = bytes.readInt32BE(1)
    try {
      return await decodeFrame(registry, id, bytes)
    } catch (error) {
      if (error instanceof GenesisError) throw error
      noteOnce(`schema ${id}: ${reasonOf(error)}`)
      return { ...decodePlain(bytes), schemaId: id }
    }
  }
}

/** JSON (an object or an array), text, or otherwise hexadecimal. */
export function decodePlain(bytes: Buffer): Decoded {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return hex(bytes)
  }
  if (control.test(text)) return hex(bytes)
  if (/^\s*[{[]/.test(text) && isJson(text)) {
    // Line breaks in JSON are always between its parts.
    const line = text.trim().replace(/\s*[\r\n]+\s*/g, ' ')
    return { format: 'json', json: line, text: line, schemaId: null }
  }
  return { format: 'text', json: JSON.stringify(text), text: text.replace(/[\r\n\t]/g, escaped), schemaId: null }
}

async function decodeFrame(registry: SchemaRegistry, id: number, bytes: Buffer): Promise<Decoded> {
  const schema = await registry.getSchema(id).catch((error: unknown) => throwUnlessUnknown(error))
  const format = 'message' in schema ? 'protobuf' : 'typeName' in schema ? 'avro' : 'json-schema'
  const value: unknown =
    'message' in schema
      ? decodeMessage(schema.message as protobuf.Type, bytes.subarray(frameBytes))
      : await registry.decode(bytes)
  const json = jsonText(value)
  return { format, json, text: typeof value === 'string' ? value : json, schemaId: id }
}

/** An unknown schema id may mean that the bytes are not framed at all; any other error is a failure. */
function throwUnlessUnknown(error: unknown): never {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : null
  if (status === null) throw error
  if (status === 404) throw new Error('not in the registry', { cause: error })
  const found = error instanceof Error ? error.message : String(error)
  const place = 'schema registry'
  if (status === 401 || status === 403)
    throw new GenesisError('REGISTRY_REJECTED', 'the schema cannot be fetched', {
      ...{ place, found, cause: error },
      remedy: 'Check registry.username and registry.password, or registry.token',
    })
  throw new GenesisError('REGISTRY_UNREACHABLE', 'the schema cannot be fetched', {
    ...{ place, found, cause: error },
    remedy: 'Check registry.url, and that the registry is up',
  })
}

function hex(bytes: Buffer): Decoded {
  const digits = bytes.toString('hex')
  return { format: 'hex', json: JSON.stringify(digits), text: `0x${digits}`, schemaId: null }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function escaped(character: string): string {
  return { '\r': '\\r', '\n': '\\n' }[character] ?? '\\t'
}

/** Integers of any size with all digits; bytes in hexadecimal. */
function jsonText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return value.toString()
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('hex'))
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function') return JSON.stringify(value)
  const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${jsonText(item)}`)
  return `{${entries.join(',')}}`
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error)
}
