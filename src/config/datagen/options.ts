import { optional, option, required, type OptionTree } from '../option.js'
import { quickstarts } from './quickstarts.js'

/** The options of kafka-connect-datagen 0.6, as its own documentation has them; what they become here is in translate.ts. */
export const datagenSchema = {
  'kafka.topic': required<string>('topic', 'Topic to write to.'),
  'max.interval': option<number>(
    'count',
    'Maximum interval between messages, in milliseconds: half of it on average, for each task. 0 or less: no wait. throughput.rate, where it is set, takes its place.',
    500,
    { importance: 'high', maximum: Number.MAX_SAFE_INTEGER },
  ),
  iterations: option<number>('count', 'Number of messages to send from each task. Less than 1: unlimited.', -1, {
    importance: 'high',
    maximum: 2 ** 31 - 1,
  }),
  'schema.string': optional<string>(
    'text',
    'The Avro schema itself, as JSON. One of schema.string, schema.filename and quickstart is set.',
    { importance: 'high' },
  ),
  'schema.filename': optional<string>('text', 'File name of the Avro schema, below schemas.path.', {
    importance: 'high',
  }),
  'schema.keyfield': optional<string>('text', 'Field that is the key of a message.', { importance: 'high' }),
  quickstart: optional<string>('text', `Name of a ready-made schema: ${Object.keys(quickstarts).join(', ')}.`, {
    importance: 'high',
  }),
  'random.seed': optional<number>('count', 'Seed of the random data. Unset: 0.', { importance: 'low' }),
} satisfies OptionTree

/** Options of ours that these stand for, or that make no sense beside them. */
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
