/** One consumed record as one line. */
import type { ConsumedRecord } from '../../kafka/topic-consumer.js'
import type { DecodeBytes, Decoded } from './decode-bytes.js'
import { decodePlain } from './decode-bytes.js'

/** For people: partition/offset, time, key, value, then headers. */
export async function humanLine(record: ConsumedRecord, decode: DecodeBytes): Promise<string> {
  const [key, value] = [await textOf(record.key, decode), await textOf(record.value, decode)]
  const headers = headersOf(record).map(([name, { text }]) => `${name}=${text}`)
  const parts = [`${record.partition}/${record.offset}`, timeOf(record) ?? 'no time', key, value]
  return [...parts, ...(headers.length === 0 ? [] : [`{${headers.join(', ')}}`])].join('  ')
}

/** For programs. An absent key or value is null, and has no format. */
export async function jsonLine(topic: string, record: ConsumedRecord, decode: DecodeBytes): Promise<string> {
  const [key, value] = [await decoded(record.key, decode), await decoded(record.value, decode)]
  const headers = headersOf(record).map(([name, { json }]) => `[${JSON.stringify(name)},${json}]`)
  const fields = [
    ['topic', JSON.stringify(topic)],
    ['partition', String(record.partition)],
    ['offset', record.offset],
    ['timestamp', JSON.stringify(timeOf(record))],
    ...part('key', key),
    ...part('value', value),
    ['headers', `[${headers.join(',')}]`],
  ]
  return `{${fields.map(([name, json]) => `"${name}":${json}`).join(',')}}`
}

function part(name: 'key' | 'value', value: Decoded | null): [string, string][] {
  if (value === null) return [[name, 'null']]
  const format: [string, string][] = [[`${name}_format`, `"${value.format}"`]]
  const schema: [string, string][] = value.schemaId === null ? [] : [[`${name}_schema_id`, String(value.schemaId)]]
  return [[name, value.json], ...format, ...schema]
}

/** By order of first occurrence; headers with the same name are adjacent. */
function headersOf({ headers }: ConsumedRecord): [string, Decoded | { json: string; text: string }][] {
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value): [string, Decoded | { json: string; text: string }] => [
      name,
      value === undefined || value === null ? { json: 'null', text: 'null' } : decodePlain(Buffer.from(value)),
    ]),
  )
}

function decoded(bytes: Buffer | null, decode: DecodeBytes): Promise<Decoded | null> {
  return bytes === null ? Promise.resolve(null) : decode(bytes)
}

async function textOf(bytes: Buffer | null, decode: DecodeBytes): Promise<string> {
  return bytes === null ? 'null' : (await decode(bytes)).text
}

/** ISO 8601; null: no timestamp, or one out of range. */
function timeOf({ timestamp }: ConsumedRecord): string | null {
  const date = new Date(timestamp)
  return timestamp < 0 || Number.isNaN(date.getTime()) ? null : date.toISOString()
}
