/** Checks of a connector's encoding for `genesis validate`. */
import type { Field } from '../record.js'
import type { EncodedConnector } from './encoded-connector.js'
import { createEncoder } from './create.js'
import { keyPlan } from './key-plan.js'
import { checkSubject, type SubjectRegistry } from './subject.js'
import { sinkSchema, valueSubject } from './value-formats.js'

/** Without the registry: throws any error in the keys. */
export function checkKey(connector: EncodedConnector, fields: readonly Field[]): void {
  createEncoder({ ...connector, value: { ...connector.value, format: 'json' }, disturb: null }, null)(fields)
}

/**
 * Without the registry: throws any error in the values. Returns the columns that the connector's own schema
 * omits.
 */
export function checkValue(connector: EncodedConnector, fields: readonly Field[]): readonly string[] {
  createEncoder({ ...connector, key: null }, null)(fields)
  return sinkSchema(connector, fields)?.plan(fields).unusedColumns ?? []
}

/** With the registry, registering nothing: throws whatever `prepare` would, and SCHEMA_INCOMPATIBLE if registering would fail. */
export async function checkSubjects(
  connector: EncodedConnector,
  fields: readonly Field[],
  registry: SubjectRegistry | null,
): Promise<void> {
  if (connector.sink.type !== 'kafka') return
  const subject = valueSubject(connector, fields)
  if (subject !== null) (await checkSubject(subject, registry)).plan(fields)
  await keyPlan(connector, registry, fields)?.check()
}
