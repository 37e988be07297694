import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import { keyColumn, textKeySteps } from './key.js'
import type { EncodeStep } from './step.js'

const option = 'value.column'

/** Values that are the text of a column, as Kafka's StringSerializer writes it. `name` null: the only column. Throws CONFIG_INVALID. */
export function textValueSteps(fields: readonly Field[], name: string | null): EncodeStep[] {
  if (name === null && fields.length !== 1)
    throw new GenesisError('CONFIG_INVALID', 'a value of format string is one column', {
      place: option,
      found: `columns ${fields.map((field) => field.name).join(', ')}`,
      expected: 'value.column: one of them',
    })
  const column = name === null ? 0 : keyColumn(fields, name, option)
  const field = fields[column]
  if (field.nullable)
    throw new GenesisError('CONFIG_INVALID', 'a column with missing values is no text', {
      place: option,
      found: field.name,
      expected: 'a column that always has a value',
    })
  return textKeySteps(field, column, 'string')
}
