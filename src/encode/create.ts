/** Creates the encoder for a connector's configuration. */
import type { ColumnBatch, EncodedBatch, Field } from '../record.js'
import { planAvro } from './avro/plan.js'
import type { AvroSchema } from './avro/schema.js'
import { DebeziumEncoder, type EnvelopeForm } from './envelope/debezium-encoder.js'
import { avroForm, jsonForm } from './envelope/debezium-form.js'
import { withTombstones } from './envelope/tombstones.js'
import { createDisturbedEncoder } from './faults/create.js'
import type { MakeEncoder } from './faults/create.js'
import type { EncodedConnector } from './encoded-connector.js'
import type { Encoder, EncoderFactory } from './encoder.js'
import { withHeaders } from './headers.js'
import { keyPlan } from './key-plan.js'
import { jsonSteps } from './json-object.js'
import { lineEncoder } from './lines.js'
import { RecordWriter } from './record-writer.js'
import { constant } from './step.js'
import { resolveSubject, type SubjectRegistry } from './subject.js'
import type { EncodeSteps } from './topic-encoder.js'
import { withTimestamps } from './timestamps.js'
import { TopicEncoder } from './topic-encoder.js'
import { valueSchema } from './value.js'
import { textValueSteps } from './text-value.js'
import { valueSubject } from './value-formats.js'
import { wirePrefix } from './wire-format.js'

/**
 * The encoder for the connector's sink: keys and values of a topic, lines (also for WebSocket messages), or
 * values of an Avro object container (whose header has `valueSchema`). `registry`: null if the worker has none; only `prepare` needs it.
 * The factory throws SCHEMA_INVALID, SCHEMA_MISMATCH or CONFIG_INVALID for errors detectable without the registry;
 * `prepare` throws them, or the registry's errors, for the rest.
 */
export function createEncoder(connector: EncodedConnector, registry: SubjectRegistry | null): EncoderFactory {
  const { disturb, timestamp, sink, headers = [] } = connector
  const make: MakeEncoder = (one, fields) => plainEncoder(one, registry, fields)
  const encoderOf: EncoderFactory = (fields) =>
    disturb === null ? make(connector, fields) : createDisturbedEncoder(connector, disturb, fields, make)
  if (sink.type !== 'kafka') return encoderOf
  const timed: EncoderFactory =
    timestamp === null ? encoderOf : (fields) => withTimestamps(encoderOf(fields), fields, timestamp)
  return headers.length === 0 ? timed : (fields) => withHeaders(timed(fields), fields, headers)
}

function plainEncoder(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
): Encoder {
  const { sink } = connector
  if (sink.type === 'kafka') {
    const { envelope } = connector.value
    if (envelope === 'debezium') return debeziumEncoder(connector, registry, fields)
    const encoder = topicEncoder(connector, registry, fields)
    return envelope === 'upsert' ? withTombstones(encoder) : encoder
  }
  if (sink.format === 'avro') return containerEncoder(fields, valueSchema(connector, fields))
  return lineEncoder(sink.format, fields)
}

/** Values of an object container: Avro without the registry's prefix. Throws SCHEMA_MISMATCH. */
export function containerEncoder(fields: readonly Field[], schema: AvroSchema): Encoder {
  const writer = new RecordWriter({ fields, key: null, value: planAvro(fields, schema).steps })
  return {
    prepare: () => Promise.resolve(),
    encode: (batch: ColumnBatch): EncodedBatch => writer.write(batch),
  }
}

/** Keys, and values in Avro without the registry's prefix: for a topic whose readers know the schema. Throws SCHEMA_MISMATCH. */
export function bareAvroEncoder(connector: EncodedConnector, fields: readonly Field[]): Encoder {
  const { disturb, timestamp } = connector
  const encoder =
    disturb === null
      ? plainBareAvro(connector, fields)
      : createDisturbedEncoder(connector, disturb, fields, plainBareAvro)
  return timestamp === null ? encoder : withTimestamps(encoder, fields, timestamp)
}

function plainBareAvro(connector: EncodedConnector, fields: readonly Field[]): Encoder {
  const { steps } = planAvro(fields, valueSchema(connector, fields))
  return withKey(connector, null, fields, () => steps)
}

function topicEncoder(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
): Encoder {
  return withKey(connector, registry, fields, valueSteps(connector, registry, fields))
}

function debeziumEncoder(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
): Encoder {
  const subject = valueSubject(connector, fields)
  const steps = subject?.own?.plan(fields).steps ?? jsonSteps(fields)
  const source = { name: connector.name, table: connector.topic ?? connector.name }
  const form = async (): Promise<EnvelopeForm> =>
    subject === null ? jsonForm(source) : avroForm(source, wirePrefix((await resolveSubject(subject, registry)).id))
  const keyed = withKey(connector, registry, fields, () => steps)
  return new DebeziumEncoder(keyed, new RecordWriter({ fields, key: null, value: steps }), form)
}

function withKey(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
  value: EncodeSteps,
): Encoder {
  return new TopicEncoder(fields, value, keyPlan(connector, registry, fields))
}

function valueSteps(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
): EncodeSteps {
  const subject = valueSubject(connector, fields)
  if (subject === null) {
    const steps =
      connector.value.format === 'string' ? textValueSteps(fields, connector.value.column) : jsonSteps(fields)
    return () => steps
  }
  const own = subject.own && subject.own.plan(fields)
  return async () => {
    const { id, schema } = await resolveSubject(subject, registry)
    return [constant(wirePrefix(id)), ...(own ?? schema.plan(fields)).steps]
  }
}
