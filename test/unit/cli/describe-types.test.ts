import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { typeLanguages } from '#src/cli/describe-types.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { artifactOf, modelOf, randomArtifact } from '../../support/models.js'
import { shipped } from '../../support/genesis.js'

describe('the types of a model', () => {
  test('as TypeScript: a member for every column, words spelled out, names quoted where they have to be', () => {
    const artifact = artifactOf(
      [
        { name: 'kind', type: { kind: 'string' }, nullable: true, alphabet: ['a', 'b', null] },
        { name: 'unit price', type: { kind: 'decimal', scale: 2 }, nullable: false, grain: 1, alphabet: [[0, 500]] },
        { name: 'day', type: { kind: 'date' }, nullable: false, grain: 1, alphabet: [[0, 9]] },
        { name: 'ok', type: { kind: 'boolean' }, nullable: false, alphabet: [true, false] },
        {
          name: 'ref',
          type: { kind: 'uuid' },
          nullable: false,
          source: { from: 'uuid', version: 4 },
        },
      ],
      2,
      1,
    )
    assert.equal(
      typeLanguages.ts(modelOf({ ...artifact, name: 'web orders' })),
      `export interface WebOrders {
  readonly kind: "a" | "b" | null
  /** At most 2 decimals. */
  readonly "unit price": number
  /** A date, such as 2024-05-31. */
  readonly day: string
  readonly ok: boolean
  /** A UUID. */
  readonly ref: string
}
`,
    )
  })

  test('as JSON Schema: the records of models satisfy it, and others do not', async () => {
    const models = [
      await loadModel(shipped('models/customers.json')),
      ...[1, 2, 3, 4, 5].map((seed) => modelOf(randomArtifact(seed))),
    ]
    for (const model of models) {
      const ajv = new Ajv2020({ formats: { date: true, 'date-time': true, uuid: true } })
      const validate = ajv.compile(JSON.parse(typeLanguages['json-schema'](model)) as object)
      const rows = toRows(openGenerator(model).generate(500))
      for (const row of rows) assert.ok(validate(row), JSON.stringify(validate.errors))
      assert.equal(validate({ ...rows[0], more: 1 }), false)
      assert.equal(validate({}), false)
    }
  })

  test('as Avro: the schema that a connector would register', async () => {
    const model = await loadModel(shipped('models/customers.json'))
    const { type } = parseSchema(JSON.parse(typeLanguages.avro(model)), 'the printed schema')
    assert.equal(type.typeName, 'record')
    assert.deepEqual(
      (type as unknown as { fields: { name: string }[] }).fields.map(({ name }) => name),
      model.fields.map(({ name }) => name),
    )
  })
})
