import type { Field } from '../../record.js'
import { changedField } from './changed-column.js'
import type { LivesSpec } from './lives.js'

/** The indexes of the entity's columns that are in the record: all except setters, which hold values for states to set. */
export function keptFields({ changed }: LivesSpec, fields: readonly Field[]): number[] {
  const setters = new Set(changed.flatMap((column) => column.setters))
  return fields.flatMap(({ name }, index) => (setters.has(name) ? [] : [index]))
}

/** The record layout: the entity's columns, the state, the time, and the columns that states change. */
export function livesFields(spec: LivesSpec, fields: readonly Field[]): Field[] {
  const dictionary = spec.states.map(({ name }) => name)
  return [
    ...keptFields(spec, fields).map((index) => fields[index]),
    { name: spec.state, type: { kind: 'string' }, nullable: false, vector: 'dictionary', dictionary },
    { name: spec.time, type: { kind: 'timestamp' }, nullable: false, vector: 'number' },
    ...spec.changed.map((column) => changedField(column, fields)),
  ]
}
