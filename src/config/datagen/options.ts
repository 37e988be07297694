import { optional, option, required, type OptionTree } from '../option.js'
import { quickstarts } from './quickstarts.js'

/** The options of kafka-connect-datagen 0.6 as it documents them; translate.ts maps them to ours. */
export const datagenSchema = {
  'kafka.topic': required<string>('topic', 'Topic to write to.'),
  'max.interval': option<number>(
    'count',
    'Maximum interval between messages of each task, in milliseconds; half of it on average. 0 or less: no wait. Overridden by throughput.rate.',
    500,
    { importance: 'high', maximum: Number.MAX_SAFE_INTEGER },
  ),
  iterations: option<number>('count', 'Number of messages that each task sends. Less than 1: unlimited.', -1, {
    importance: 'high',
    maximum: 2 ** 31 - 1,
  }),
  'schema.string': optional<string>(
    'text',
    'Avro schema, as JSON. Set exactly one of schema.string, schema.filename and quickstart.',
    { importance: 'high' },
  ),
  'schema.filename': optional<string>('text', 'File name of an Avro schema in schemas.path.', {
    importance: 'high',
  }),
  'schema.keyfield': optional<string>('text', 'Field used as the message key.', { importance: 'high' }),
  quickstart: optional<string>('text', `Name of a ready-made schema: ${Object.keys(quickstarts).join(', ')}.`, {
    importance: 'high',
  }),
  'random.seed': optional<number>('count', 'Seed of the random data. Unset: 0.', { importance: 'low' }),
} satisfies OptionTree

/** Our options that these replace, or that conflict with them. */
export const replacedOptions: ReadonlySet<string> = new Set([
  ...[
    'model',
    'topic',
    'key',
    'key_format',
    'value.format',
    'value.schema',
    'seed',
    'throughput.max_records',
    'headers',
  ],
])
