/** Debezium's envelope in JSON (without the converter's schema) and in Avro. */
import { writeLong } from '../binary.js'
import { writeInteger } from '../text.js'
import type { EnvelopeForm } from './debezium-encoder.js'

/** What `source` says besides the time. */
export interface EnvelopeSource {
  /** The connector's name. */
  readonly name: string
  /** The topic's. */
  readonly table: string
}

const constants = { version: '1', connector: 'genesis', snapshot: 'false', db: 'genesis' }
const ops = ['c', 'u', 'd']

export function jsonForm({ name, table }: EnvelopeSource): EnvelopeForm {
  const { version, connector, snapshot, db } = constants
  const members = (values: object): string => JSON.stringify(values).slice(1, -1)
  const bytes = (text: string): Buffer => Buffer.from(text)
  return {
    before: [bytes('{"before":'), bytes('{"before":null')],
    after: [bytes(',"after":'), bytes(',"after":null')],
    source: bytes(`,"source":{${members({ version, connector, name })},"ts_ms":`),
    ops: ops.map((op) => bytes(`,${members({ snapshot, db, table })}},"op":"${op}","ts_ms":`)),
    end: bytes('}'),
    writeTime: writeInteger,
  }
}

/** `prefix`: of the registry's wire format. */
export function avroForm({ name, table }: EnvelopeSource, prefix: Buffer): EnvelopeForm {
  const { version, connector, snapshot, db } = constants
  const branch = (index: number): Buffer => Buffer.from([2 * index])
  return {
    before: [Buffer.concat([prefix, branch(1)]), Buffer.concat([prefix, branch(0)])],
    after: [branch(1), branch(0)],
    source: Buffer.concat([version, connector, name].map(avroText)),
    ops: ops.map((op) => Buffer.concat([...[snapshot, db, table, op].map(avroText), branch(1)])),
    end: Buffer.alloc(0),
    writeTime: (bytes, at, ms) => writeLong(bytes, at, ms, 1),
  }
}

function avroText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(10)
  return Buffer.concat([length.subarray(0, writeLong(length, 0, bytes.length, 1)), bytes])
}
