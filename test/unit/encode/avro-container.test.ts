import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import avro from 'avsc'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { ContainerFraming } from '#src/sink/framing.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'

test('an object container of encoded batches is read by avsc’s file decoder', async () => {
  const fields = [drawn('id', 'integer'), known('segment', 'string', ['basic', null]), text('name')]
  const schema = deriveSchema(fields, { name: 'sample', namespace: 'genesis' })
  const encoder = containerEncoder(fields, parseSchema(schema, 'derived'))
  const framing = new ContainerFraming(JSON.stringify(schema))
  const blocks = [batchOf(fields, [1, 'basic', 'a'], [2, null, 'b']), batchOf(fields, [3, 'basic', 'ü'])].map((batch) =>
    Buffer.from(framing.frame(encoder.encode(batch))),
  )
  const folder = await mkdtemp(join(tmpdir(), 'container-'))
  try {
    const file = join(folder, 'records.avro')
    await writeFile(file, Buffer.concat([framing.header, ...blocks]))
    const records: unknown[] = []
    for await (const record of avro.createFileDecoder(file)) records.push(JSON.parse(JSON.stringify(record)))
    assert.deepEqual(records, [
      { id: 1, segment: 'basic', name: 'a' },
      { id: 2, segment: null, name: 'b' },
      { id: 3, segment: 'basic', name: 'ü' },
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
