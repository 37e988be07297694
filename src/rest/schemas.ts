/** Schemas of requests and responses, for OpenAPI. */
import type { Schema } from './route.js'

export const textSchema: Schema = { type: 'string' }
export const wholeNumber: Schema = { type: 'integer', minimum: 0 }
export const textsSchema: Schema = { type: 'object', additionalProperties: textSchema }

const states = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING'] as const

export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

export function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

const info = object({
  name: textSchema,
  config: { ...textsSchema, description: 'As sent, plus the name.' },
  tasks: list(object({ connector: textSchema, task: wholeNumber })),
  type: { enum: ['source'] },
})

const taskStatus = object(
  { id: wholeNumber, state: { enum: states }, worker_id: textSchema, version: textSchema, trace: textSchema },
  ['trace'],
)

const status = object({
  name: textSchema,
  connector: object(
    { state: { enum: [...states, 'STOPPED'] }, worker_id: textSchema, version: textSchema, trace: textSchema },
    ['trace'],
  ),
  tasks: list(taskStatus),
  type: { enum: ['source'] },
})

const offsets = object({
  offsets: list(
    object({
      partition: object({ shard: wholeNumber, sink: textSchema }, ['sink']),
      offset: nullable(
        object({ position: wholeNumber, fingerprint: textSchema, shards: wholeNumber }, ['fingerprint', 'shards']),
      ),
    }),
  ),
})

const definition = object({
  name: textSchema,
  type: textSchema,
  required: { type: 'boolean' },
  default_value: nullable(textSchema),
  importance: { enum: ['HIGH', 'MEDIUM', 'LOW'] },
  documentation: textSchema,
  group: nullable(textSchema),
  order_in_group: { type: 'integer' },
  width: { enum: ['NONE', 'SHORT', 'MEDIUM', 'LONG'] },
  display_name: textSchema,
  dependents: list(textSchema),
})

const validation = object(
  {
    name: textSchema,
    error_count: wholeNumber,
    warnings: {
      ...list(textSchema),
      description: 'Likely mistakes, such as unknown keys; absent if there are none.',
    },
    groups: list(textSchema),
    configs: list(
      object({
        definition: named('Definition'),
        value: object({
          name: textSchema,
          value: nullable(textSchema),
          recommended_values: list(textSchema),
          errors: list(textSchema),
          visible: { type: 'boolean' },
        }),
      }),
    ),
  },
  ['warnings'],
)

const failure = {
  ...object({ code: textSchema, message: textSchema, trace: textSchema }, ['trace']),
  description: 'Why it is FAILED or RESTARTING; trace: in calls for one connector only.',
}

const progress = object(
  {
    name: textSchema,
    state: textSchema,
    worker_id: textSchema,
    error: failure,
    file: { ...nullable(textSchema), description: 'The file it comes from; null: created over REST.' },
    complete: { type: 'boolean', description: 'The stream is bounded and has ended.' },
    position: { ...wholeNumber, description: 'Everything below is delivered or dropped.' },
    end_position: { ...nullable(wholeNumber), description: 'End position (exclusive); null: unbounded.' },
    records: wholeNumber,
    records_per_second: { type: 'number' },
    target_records_per_second: { ...nullable({ type: 'number' }), description: 'null: unlimited.' },
    lag_records_per_second: {
      ...nullable({ type: 'number' }),
      description: 'How far the rate is below the target; null: no target.',
    },
    tasks: list(
      object(
        {
          id: wholeNumber,
          state: { enum: states },
          worker_id: textSchema,
          error: failure,
          shard: wholeNumber,
          shards: wholeNumber,
          sink: nullable(textSchema),
          position: wholeNumber,
          complete: { type: 'boolean' },
          records: wholeNumber,
          bytes: wholeNumber,
          errors: wholeNumber,
          retries: wholeNumber,
          dropped: wholeNumber,
          records_per_second: { type: 'number' },
          as_of: { ...wholeNumber, description: 'Milliseconds since 1970.' },
        },
        ['error'],
      ),
    ),
  },
  ['error'],
)

const shares = list({ type: 'number', minimum: 0, maximum: 1 })

const model = object({
  name: textSchema,
  fingerprint: textSchema,
  rows: { ...nullable(wholeNumber), description: 'Rows of the table; null: the model has no report.' },
  score: { ...nullable({ type: 'number' }), description: 'Quality: 1 is best.' },
  detectability: {
    ...nullable({ type: 'number' }),
    description: 'AUC of a classifier that tells synthetic rows from real ones: 0.5 is guessing.',
  },
  columns: list(
    object(
      {
        name: textSchema,
        kind: textSchema,
        shape: { ...nullable({ type: 'number' }), description: 'How alike the shares are: 1 is best.' },
        histogram: object({
          ordered: { type: 'boolean', description: 'Bars are intervals, from the lowest; otherwise categories.' },
          labels: list(textSchema),
          real: shares,
          synthetic: shares,
        }),
      },
      ['histogram'],
    ),
  ),
})

const job = object(
  {
    id: textSchema,
    connector: textSchema,
    state: { enum: ['running', 'done', 'failed', 'cancelled'] },
    started: { ...wholeNumber, description: 'Milliseconds since 1970.' },
    ended: nullable(wholeNumber),
    progress: object({ step: textSchema, done: wholeNumber, of: nullable(wholeNumber) }),
    exact: { ...nullable({ type: 'boolean' }), description: 'Once done: whether every sink is exact.' },
    reports: { ...list({ type: 'object' }), description: 'Output of `genesis verify --json`, one per sink.' },
    error: object({ code: textSchema, message: textSchema }),
  },
  ['error'],
)

const worker = object({
  worker_id: textSchema,
  tasks: list(
    object({ connector: textSchema, id: wholeNumber, state: { enum: states }, records_per_second: { type: 'number' } }),
  ),
})

export const components: Readonly<Record<string, Schema>> = {
  ConnectorInfo: info,
  ConnectorStatus: status,
  TaskStatus: taskStatus,
  Offsets: offsets,
  Definition: definition,
  Validation: validation,
  Progress: progress,
  Worker: worker,
  Job: job,
  Model: model,
  Message: object({ message: textSchema }),
  LoggerLevel: object({ level: textSchema, last_modified: nullable(wholeNumber) }),
  Error: object({ error_code: wholeNumber, message: textSchema }),
}
