import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import { checkOnline } from '#src/sink/kafka/check-online.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { foreignValues } from '../support/foreign-values.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'

interface Order {
  readonly id: unknown
  readonly address: { readonly city: string }
  readonly tags: readonly string[]
}

const schemas = {
  'json-schema': {
    file: 'order.schema.json',
    text: JSON.stringify({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Order',
      type: 'object',
      properties: {
        id: { type: 'integer', minimum: 1 },
        status: { enum: ['new', 'paid'] },
        note: { type: 'string' },
        address: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['id', 'status', 'address', 'tags'],
      additionalProperties: false,
    }),
  },
  protobuf: {
    // Without imports, and the first message of the file: @kafkajs/confluent-schema-registry decodes no other.
    file: 'order.proto',
    text: `syntax = "proto3";
package shop;
message Order {
  int64 id = 1;
  Status status = 2;
  optional string note = 3;
  Address address = 4;
  repeated string tags = 5;
  enum Status { STATUS_UNSPECIFIED = 0; STATUS_NEW = 1; STATUS_PAID = 2; }
  message Address { string city = 1; }
}
`,
  },
} as const

for (const [format, { file, text }] of Object.entries(schemas)) {
  test(`${format}: a schema alone makes a topic that is exact, and that another client decodes`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'genesis-formats-'))
    t.after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, file), text)
    const topic = uniqueName('test-formats')
    const checkpoints = uniqueName('test-checkpoints')
    deleteAfter(t, topic, checkpoints)
    const config = {
      name: topic,
      topic,
      topic_creation: { partitions: 2 },
      tasks: { max: 2 },
      key: ['id', 'status'],
      key_format: format,
      value: { format, schema: file },
    }
    const connector = parseConnector(plainSource(config, 'test'), { env: {}, folder })
    const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints })
    assert.deepEqual(await checkOnline(connector, worker), [])
    await deliver(connector, worker, 1000)
    const report = await verifyConnector(connector, worker)
    assert.deepEqual([report.exact, report.found], [true, 1000])
    // The registry's copy of the schema is one that the same records are written with.
    assert.deepEqual(await checkOnline({ ...connector, value: { ...connector.value, useLatest: true } }, worker), [])
    const reader = new SchemaRegistry({ host: registryUrl() })
    const values = await foreignValues(topic, 1000)
    // Once it knows the schema: it would compile it for each of them.
    await reader.decode(values[0])
    const orders = (await Promise.all(values.map((value) => reader.decode(value)))) as Order[]
    assert.deepEqual(
      orders.map(({ id }) => Number(id)).sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, position) => position + 1),
    )
    for (const { address, tags } of orders) assert.ok(address.city.length > 0 && tags.length > 0)
  })
}
