/** Records as text: JSON objects, JSON lines and CSV. */
import type { ColumnBatch, EncodedBatch, Field } from '../record.js'
import type { Encoder } from './encoder.js'
import { jsonSteps } from './json-object.js'
import type { RecordPlan } from './record-writer.js'
import { RecordWriter } from './record-writer.js'
import type { EncodeStep } from './step.js'
import { constant } from './step.js'
import { textStep } from './text-steps.js'

/** An encoder whose values are lines, each ending in \n. */
export interface LineEncoder extends Encoder {
  /** What precedes the first line: CSV's column names; empty for JSON. */
  header(): Buffer
}

/** `ndjson` is JSON lines. */
export function lineEncoder(format: 'json' | 'ndjson' | 'csv', fields: readonly Field[]): LineEncoder {
  if (format === 'csv') return new TextRecordEncoder({ fields, key: null, value: csvSteps(fields) }, csvHeader(fields))
  const value = [...jsonSteps(fields), constant('\n')]
  return new TextRecordEncoder({ fields, key: null, value })
}

class TextRecordEncoder implements LineEncoder {
  private readonly writer: RecordWriter

  constructor(
    plan: RecordPlan,
    private readonly head = '',
  ) {
    this.writer = new RecordWriter(plan)
  }

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  encode(batch: ColumnBatch): EncodedBatch {
    return this.writer.write(batch)
  }

  header(): Buffer {
    return Buffer.from(this.head)
  }
}

/** RFC 4180, except for \n as the line ending. */
function csvSteps(fields: readonly Field[]): EncodeStep[] {
  const cells = fields.map((field, column) => textStep(field, column, 'csv', column === 0 ? '' : ',', ''))
  return [...cells, constant('\n')]
}

function csvHeader(fields: readonly Field[]): string {
  const names = fields.map(({ name }) =>
    /[",\r\n]/.test(name) || name === '' ? `"${name.replaceAll('"', '""')}"` : name,
  )
  return `${names.join(',')}\n`
}
