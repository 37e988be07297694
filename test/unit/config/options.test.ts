import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { parseConnector } from '#src/config/parse-connector.js'
import { connectorSchema } from '#src/config/connector-schema.js'
import { jsonSchema } from '#src/config/json-schema.js'
import { optionsOf } from '#src/config/option.js'
import { plainSource, readSources } from '#src/config/source.js'
import { workerSchema } from '#src/config/worker-schema.js'

const trees = { connector: connectorSchema, worker: workerSchema }
const root = new URL('../../../../', import.meta.url)
const place = { env: {}, folder: '/' }

const names = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/)
const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
/** Free maps with anything for names, dots and prototypes included. */
const maps = fc.dictionary(
  fc.oneof(names, fc.string()),
  fc.oneof(values, fc.array(values), fc.dictionary(names, values)),
  {
    maxKeys: 4,
  },
)
const documents = fc.record(
  {
    name: names,
    model: names,
    topic: names,
    topic_creation: fc.record(
      { enabled: fc.boolean(), partitions: fc.integer({ min: 1, max: 99 }), config: fc.dictionary(names, fc.string()) },
      { requiredKeys: [] },
    ),
    key: fc.option(names),
    value: fc.record(
      {
        schema: fc.oneof(names, fc.record({ type: fc.constant('record'), fields: fc.array(maps) })),
        use_latest: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    conditions: fc.option(maps),
    throughput: fc.record({ rate: fc.option(fc.double({ min: 1e-6, max: 1e9, noNaN: true })) }, { requiredKeys: [] }),
    transaction: fc.record({ interval: fc.constantFrom('1ms', '2s', '1.5 s') }, { requiredKeys: [] }),
    seed: fc.maxSafeNat(),
  },
  { requiredKeys: ['name', 'model', 'topic'] },
)

describe('the options', () => {
  for (const [name, tree] of Object.entries(trees)) {
    it(`of a ${name} have keys none of which begins another`, () => {
      const keys = [...optionsOf(tree)].map(([key]) => key)
      for (const key of keys) assert.ok(!keys.some((other) => other.startsWith(`${key}.`)), key)
    })

    it(`of a ${name} have no variable twice, and say what they mean`, () => {
      const options = [...optionsOf(tree)].map(([, option]) => option)
      const variables = options.flatMap(({ env }) => env ?? [])
      assert.equal(new Set(variables).size, variables.length)
      for (const { doc } of options) assert.match(doc, /^[A-Za-z-].*[.>]$/)
    })
  }
})

describe('the JSON Schema of connectors', () => {
  const validate = new Ajv2020({ allowUnionTypes: true, strictTypes: false }).compile(
    jsonSchema(connectorSchema, 'connector'),
  )
  const base = { name: 'c', model: 'm', topic: 't' }

  it('takes what the program takes', () => {
    fc.assert(
      fc.property(documents, (document) => {
        assert.equal(parseConnector(plainSource(document, ''), place).name, document.name)
        assert.ok(validate(document), JSON.stringify(validate.errors))
      }),
    )
    assert.ok(validate({ ...base, seed: '${env:SEED}', compression: '${env:C}', tasks: { max: '${env:N:-3}' } }))
  })

  it('takes the shipped connectors', async () => {
    const folder = new URL('connectors/', root)
    for (const file of await readdir(folder)) {
      const [source] = await readSources(new URL(file, folder).pathname)
      assert.ok(validate(source.value), `${file}: ${JSON.stringify(validate.errors)}`)
    }
  })

  it('refuses what the program refuses', () => {
    const wrong = [
      { model: 'm' },
      { ...base, nonsense: 1 },
      { ...base, name: 'a b' },
      { ...base, topic: '..' },
      { ...base, seed: -1 },
      { ...base, seed: '5' },
      { ...base, seed: 1.5 },
      { ...base, delivery: 'twice' },
      { ...base, tasks: 3 },
      { ...base, transaction: { interval: 100 } },
      { ...base, transaction: { interval: '100' } },
      { ...base, conditions: [] },
      { ...base, topic_creation: { config: { a: [] } } },
    ]
    for (const document of wrong) {
      assert.equal(validate(document), false, JSON.stringify(document))
      assert.throws(() => parseConnector(plainSource(document, ''), place), { code: 'CONFIG_INVALID' })
    }
  })
})
