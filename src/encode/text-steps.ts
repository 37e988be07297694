/** Columns as text: shared by JSON, CSV and text keys. */
import { GenesisError } from '../errors.js'
import { ownWriter } from '../model/time/spelling.js'
import type { Field, FieldType, Value } from '../record.js'
import { renderNumber } from './number-form.js'
import type { NumberForm, EncodeStep, TextForm } from './step.js'

export type TextSyntax = 'json' | 'csv' | 'raw'

/**
 * The step that writes a column between `before` and `after`. A missing value is `null` in JSON, and nothing elsewhere; `missing`
 * replaces it, `before` and `after`. Numbers are exact; dates and times are in their own spelling, or ISO 8601.
 */
export function textStep(
  field: Field,
  column: number,
  format: TextSyntax,
  before: string,
  after: string,
  missing = before + (format === 'json' ? 'null' : '') + after,
): EncodeStep {
  if (field.vector === 'list')
    throw new GenesisError('CONFIG_INVALID', 'lists are not possible here', {
      found: `list ${field.name}`,
      expected: 'a format other than csv',
    })
  const quote = isQuoted(field.type, format) ? '"' : ''
  const wrapping = {
    before: Buffer.from(before + quote),
    after: Buffer.from(quote + after),
    missing: field.nullable ? Buffer.from(missing) : null,
  }
  const whole = (value: Value): Buffer =>
    value === null
      ? (wrapping.missing ?? Buffer.alloc(0))
      : Buffer.from(before + renderText(field.type, value, format) + after)
  const known = field.dictionary
  if (field.vector === 'dictionary' || (known !== undefined && !known.includes(undefined) && field.vector !== 'text')) {
    return { step: 'dictionary', column, entries: (known ?? []).map((value) => whole(value ?? null)) }
  }
  if (field.vector === 'text') {
    const form: TextForm = field.plain || field.type.kind === 'uuid' || format === 'raw' ? 'raw' : format
    // Even if nothing needs quoting, CSV must distinguish an empty text from a missing one.
    const csvForm = form === 'raw' && format === 'csv' && field.type.kind !== 'uuid' ? 'csv' : form
    return { step: 'text', column, form: csvForm, ...wrapping }
  }
  const entries = known?.map((value) => (value === undefined ? undefined : whole(value))) ?? null
  return {
    step: 'number',
    column,
    form: numberForm(field.type),
    entries,
    place: field.name,
    fits: 'a number',
    ...wrapping,
  }
}

function numberForm(type: FieldType): NumberForm {
  const writer = ownWriter(type)
  if (writer !== null) return { as: 'spelled', writer, prefixed: false }
  switch (type.kind) {
    case 'decimal':
      return { as: 'digits', scale: type.scale, fixed: type.fixed }
    case 'double':
      return { as: 'real' }
    case 'date':
    case 'timestamp':
      return { as: type.kind, prefixed: false }
    case 'string':
    case 'uuid':
    case 'boolean':
    case 'integer':
    case 'list':
    case 'json':
    case 'time':
      return { as: 'digits', scale: 0 }
  }
}

/** Whether JSON puts the values in quotation marks. */
function isText({ kind }: FieldType): boolean {
  return kind === 'string' || kind === 'uuid' || kind === 'date' || kind === 'timestamp' || kind === 'time'
}

/** Whether every value is quoted: JSON's texts, and spelled dates with a comma in CSV. */
function isQuoted(type: FieldType, format: TextSyntax): boolean {
  if (format === 'json') return isText(type)
  return format === 'csv' && ownWriter(type)?.hasComma === true
}

/** One non-null value, with JSON's quotation marks and escapes or CSV's quotes. */
function renderText(type: FieldType, value: NonNullable<Value>, format: TextSyntax): string {
  if (typeof value === 'number') {
    const text = renderNumber(numberForm(type), value)?.toString() ?? ''
    return isQuoted(type, format) ? `"${text}"` : text
  }
  if (format === 'json') return type.kind === 'json' ? String(value) : JSON.stringify(value)
  const text = String(value)
  if (format === 'raw' || (text !== '' && !/[",\r\n]/.test(text))) return text
  return `"${text.replaceAll('"', '""')}"`
}

/** A non-null value as plain text. */
export function plainTextOf(type: FieldType, held: NonNullable<Value>): string {
  return renderText(type, held, 'raw')
}

/** A present value as JSON. */
export function jsonTextOf(type: FieldType, held: NonNullable<Value>): string {
  return renderText(type, held, 'json')
}
