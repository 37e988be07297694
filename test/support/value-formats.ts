/** Values of each format with a schema, encoded as for a topic and decoded by somebody else's library. */
import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import type { SubjectRegistry } from '#src/encode/subject.js'
import type { ColumnBatch } from '#src/record.js'
import { valuesOf } from './encoded.js'

export interface EncodedValues {
  /** What was registered. */
  readonly schema: unknown
  readonly subject: string
  readonly values: readonly Buffer[]
}

/** Magic byte and an id of 7. */
export const prefix = Buffer.from([0, 0, 0, 0, 7])

export function connectorOf(value: Partial<EncodedConnector['value']>): EncodedConnector {
  return {
    name: 'c',
    topic: 'my-topic',
    key: null,
    keyFormat: 'string',
    value: {
      format: 'json',
      schema: null,
      autoRegister: true,
      useLatest: false,
      subject: null,
      subjectStrategy: 'topic',
      envelope: 'none',
      ...value,
    },
    sink: { type: 'kafka' },
    disturb: null,
    timestamp: null,
  }
}

/** A registry that takes everything, and gives `latest` for the newest. */
export function registryOf(latest: unknown = null): SubjectRegistry & { registered: [string, unknown, string?][] } {
  const registered: [string, unknown, string?][] = []
  const ask: SubjectRegistry['register'] = (...asked) => {
    registered.push(asked)
    return Promise.resolve(7)
  }
  return {
    registered,
    register: ask,
    lookup: ask,
    latest: () => Promise.resolve({ id: 7, schema: latest, references: [] }),
    compatibility: () => Promise.resolve({ compatible: true, messages: [] }),
  }
}

/** The values of a batch, each without its prefix. */
export async function encodedValues(
  batch: ColumnBatch,
  value: Partial<EncodedConnector['value']>,
): Promise<EncodedValues> {
  const registry = registryOf()
  const encoder = createEncoder(connectorOf(value), registry)(batch.fields)
  await encoder.prepare()
  const values = valuesOf(encoder.encode(batch))
  for (const each of values) assert.deepEqual(each.subarray(0, prefix.length), prefix)
  const [subject, schema] = registry.registered[0]
  return { schema, subject, values: values.map((each) => each.subarray(prefix.length)) }
}

const formats = {
  date: /^[+-]?\d{4,6}-\d\d-\d\d$/,
  'date-time': /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  email: /^[^@ ]+@[^@ ]+$/,
}

/** Values as JSON, each of which ajv takes. */
export function validJson({ schema, values }: EncodedValues): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true, multipleOfPrecision: 9, formats })
  const validate = ajv.compile(schema as object)
  return values.map((value) => {
    const json = JSON.parse(value.toString()) as unknown
    assert.ok(validate(json), `${JSON.stringify(validate.errors)} of ${value.toString()}`)
    return json
  })
}
