/** Records as text: JSON objects, JSON lines and CSV. */
import type { ColumnBatch, EncodedBatch, Field, FieldType } from '../record.js'
import type { Encoder } from './encoder.js'
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

export function lineEncoder(format: 'json' | 'csv', fields: readonly Field[]): LineEncoder {
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

/** One JSON object per record, its members in layout order; those of a nested record, which are contiguous, in their own object. */
export function jsonSteps(fields: readonly Field[]): EncodeStep[] {
  let open: readonly string[] = []
  let comma = '{'
  const members = fields.map((field, column) => {
    const path = field.path ?? [field.name]
    const above = path.slice(0, -1)
    const common = open.findIndex((name, depth) => name !== above[depth])
    const kept = common < 0 ? open.length : common
    const closed = '}'.repeat(open.length - kept)
    const begun = above.slice(kept).map((name) => `${JSON.stringify(name)}:{`)
    const before = `${closed}${kept < open.length ? ',' : comma}${begun.join('')}${JSON.stringify(path[path.length - 1])}:`
    open = above
    comma = ','
    return valueStep(field, column, before)
  })
  return [...members, constant(fields.length === 0 ? '{}' : '}'.repeat(open.length + 1))]
}

function valueStep(field: Field, column: number, before: string): EncodeStep {
  const { type, nullable } = field
  if (type.kind !== 'list') return textStep(field, column, 'json', before, '')
  return {
    step: 'list',
    column,
    form: type.of.endsWith('map') ? 'object' : 'array',
    items: itemSteps(type),
    before: Buffer.from(before),
    after: Buffer.alloc(0),
    missing: nullable ? Buffer.from(`${before}null`) : null,
  }
}

function itemSteps({ of, items }: Extract<FieldType, { kind: 'list' }>): EncodeStep[] {
  if (of === 'values') return [valueStep(items[0], 0, '')]
  if (of === 'records') return jsonSteps(items)
  const last = items.length - 1
  const values = items.slice(0, last)
  const value = of === 'map' ? [valueStep(values[0], 0, '')] : jsonSteps(values)
  return [textStep(items[last], last, 'json', '', ':'), ...value]
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
