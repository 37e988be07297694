import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '#src/errors.js'
import type { ModelArtifact } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { loadModel, parseModel } from '#src/model/load.js'
import { decodeShortTable, decodeTable, encodeShortTable, encodeTable } from '#src/model/table.js'
import { artifactOf, randomArtifact } from '../../support/models.js'

/** Loose enough to be made wrong in any way. */
type Loose = { [key: string]: Loose } & Loose[]

function refused(bytes: string | Buffer, code: string, message: RegExp): void {
  assert.throws(
    () => parseModel(Buffer.from(bytes), 'shop.json'),
    (error) => {
      assert.ok(error instanceof GenesisError, String(error))
      assert.equal(error.code, code)
      assert.match(error.message, /^shop\.json/)
      assert.match(error.message, message)
      return true
    },
  )
}

function sample(): ModelArtifact {
  const string = { kind: 'string' } as const
  return artifactOf(
    [
      { name: 'segment', type: string, nullable: true, alphabet: ['basic', 'premium', null] },
      { name: 'amount', type: { kind: 'decimal', scale: 2 }, nullable: false, grain: 25, alphabet: [0, [25, 500]] },
      { name: 'day', type: { kind: 'date' }, nullable: false, alphabet: [1, 2, 3] },
      {
        name: 'level',
        type: { kind: 'integer' },
        nullable: true,
        source: { from: 'dependency', column: 'segment', values: [1, 2, null] },
      },
      { name: 'id', type: { kind: 'integer' }, nullable: false, source: { from: 'sequence', start: 0, step: 1 } },
      {
        name: 'word',
        type: string,
        nullable: true,
        missing: 0.1,
        source: { from: 'pool', values: ['a', 'b'], weights: [1, 2] },
      },
      { name: 'first', type: string, nullable: false, source: { from: 'pool', provider: 'first_name', locale: 'en' } },
      { name: 'a', type: string, nullable: false, source: { from: 'template', template: '{first|slug} {b}' } },
      { name: 'b', type: string, nullable: false, source: { from: 'template', template: '{id}' } },
      { name: 'code', type: string, nullable: false, source: { from: 'pattern', pattern: '##' } },
      { name: 'key', type: { kind: 'uuid' }, nullable: false, source: { from: 'uuid', version: 4 } },
      {
        name: 'at',
        type: { kind: 'timestamp' },
        nullable: false,
        source: { from: 'event_time', start: 0, step: 1, jitter: 0 },
      },
    ],
    2,
    5,
  )
}

const table = (...numbers: number[]): string => encodeTable(Float32Array.from(numbers))

const mutations: [string, (artifact: Loose) => void, RegExp][] = [
  ['another format', (a) => set(a, 'format', 'other'), /format: not a model file; found "other"/],
  ['no version', (a) => set(a, 'version', '1'), /version.*found "1"/],
  ['no name', (a) => set(a, 'name', null), /, name: not text/],
  ['no columns', (a) => set(a, 'columns', []), /, columns: no columns/],
  ['columns that are no list', (a) => set(a, 'columns', {}), /, columns: not a list/],
  ['a column that is no object', (a) => set(a.columns, 2, 'x'), /columns\[2\]: not an object; found "x"/],
  ['a column without name', (a) => set(a.columns[1], 'name', ''), /columns\[1\]\.name/],
  [
    'a form that can be missing, of a code that cannot',
    (a) => set(a.columns[9], 'source', { from: 'filled', form: 'segment' }),
    /columns\[9\]\.source\.form: the column is not nullable/,
  ],
  [
    'forms that are not learned',
    (a) => set(a.columns[9], 'source', { from: 'filled', form: 'word' }),
    /columns\[9\]\.source\.form: not a learned column of texts; found "word"/,
  ],
  [
    'a spelling that is none',
    (a) => set(a.columns[2].type, 'spelling', { pattern: 'dd.MMM.yyyy' }),
    /columns\[2\]\.type\.spelling: months has 12 words; found "dd\.MMM\.yyyy"/,
  ],
  ['a date of a clock', (a) => set(a.columns[2].type, 'local', true), /columns\[2\]\.type\.local: wrong value/],
  ['two columns of one name', (a) => set(a.columns[1], 'name', 'day'), /columns\[2\]\.name: two columns/],
  [
    'an unknown type',
    (a) => set(a.columns[2].type, 'kind', 'dat'),
    /columns\[2\]\.type\.kind: unknown type; found "dat"/,
  ],
  ['a scale that is none', (a) => set(a.columns[1].type, 'scale', -1), /columns\[1\]\.type\.scale.*from 0 to 15/],
  ['nullable as text', (a) => set(a.columns[1], 'nullable', 'no'), /columns\[1\]\.nullable/],
  [
    'an unknown source',
    (a) => set(a.columns[4].source, 'from', 'serial'),
    /columns\[4\]\.source\.from.*found "serial"/,
  ],
  ['a node that is not there', (a) => set(a.columns[1].source, 'node', 7), /columns\[1\]\.source\.node: unknown node/],
  [
    "a node that is another column's",
    (a) => set(a.columns[1].source, 'node', 0),
    /node 0 already belongs to columns\[0\]/,
  ],
  ['a node without a column', (a) => a.columns.splice(2, 1), /circuit\.parent\[2\]: a node without a column/],
  ['an empty alphabet', (a) => set(a.columns[2].source, 'alphabet', []), /alphabet: an alphabet of the wrong size/],
  [
    'a symbol twice',
    (a) => set(a.columns[2].source.alphabet, 1, 1),
    /columns\[2\]\.source\.alphabet\[1\]: a duplicate symbol/,
  ],
  [
    'a symbol of another type',
    (a) => set(a.columns[0].source.alphabet, 1, 5),
    /alphabet\[1\]: not a value of type string/,
  ],
  [
    'a date that is no integer',
    (a) => set(a.columns[2].source.alphabet, 1, 1.5),
    /alphabet\[1\]: not a value of type date/,
  ],
  [
    'missing where nothing may be',
    (a) => set(a.columns[2].source.alphabet, 1, null),
    /alphabet\[1\]: a missing value in a column/,
  ],
  ['a bin of texts', (a) => set(a.columns[0].source.alphabet, 1, [1, 2]), /alphabet\[1\]: a bin in a string column/],
  ['a bin upside down', (a) => set(a.columns[1].source.alphabet, 1, [500, 25]), /alphabet\[1\]: not a bin/],
  ['a bin between the grid', (a) => set(a.columns[1].source.alphabet, 1, [26, 49]), /alphabet\[1\]: not a bin/],
  ['a grain of 0', (a) => set(a.columns[1].source, 'grain', 0), /columns\[1\]\.source\.grain/],
  ['no circuit', (a) => set(a, 'circuit', null), /columns\[0\]\.source\.node: unknown node/],
  ['no states', (a) => set(a.circuit, 'states', 0), /circuit\.states/],
  ['other states than the tables', (a) => set(a.circuit, 'states', 3), /circuit\.prior: a table of the wrong size/],
  ['a parent that is not there', (a) => set(a.circuit.parent, 1, 9), /circuit\.parent\[1\]: unknown parent/],
  ['two roots', (a) => set(a.circuit.parent, 1, -1), /circuit\.parent\[1\]: a second root/],
  ['a cycle', (a) => set(a.circuit, 'parent', [-1, 2, 1]), /circuit\.parent\[1\]: a cycle/],
  ['no root', (a) => set(a.circuit, 'parent', [1, 2, 0]), /circuit\.parent\[0\]: a cycle/],
  ['a table too few', (a) => a.circuit.emissions.pop(), /circuit\.emissions: not a table per node/],
  ['a table that is no text', (a) => set(a.circuit.emissions, 1, 5), /circuit\.emissions\[1\]: not a table/],
  [
    'a short table',
    (a) => set(a.circuit.emissions, 1, table(1, 0)),
    /circuit\.emissions\[1\]: a table of the wrong size/,
  ],
  [
    'a table that is not base64',
    (a) => set(a.circuit, 'prior', '!!!!!!!!!!!!'),
    /circuit\.prior: a table of the wrong/,
  ],
  ['rows that do not sum to 1', (a) => set(a.circuit, 'prior', table(0.5, 0.4)), /circuit\.prior row 0: .*sum to 1/],
  [
    'a negative probability',
    (a) => set(a.circuit, 'prior', table(1.5, -0.5)),
    /circuit\.prior row 0: not a probability/,
  ],
  ['NaN in a table', (a) => set(a.circuit, 'prior', table(NaN, 1)), /circuit\.prior row 0: not a probability/],
  ['transitions of the root', (a) => set(a.circuit.transitions, 0, table(1)), /transitions\[0\]: the root has no/],
  [
    'a dependency on nothing',
    (a) => set(a.columns[3].source, 'column', 'x'),
    /columns\[3\]\.source\.column: not a circuit/,
  ],
  [
    'a dependency on an id',
    (a) => set(a.columns[3].source, 'column', 'id'),
    /columns\[3\]\.source\.column: not a circuit/,
  ],
  [
    'a dependency of the wrong size',
    (a) => (a.columns[3].source.values as unknown as unknown[]).pop(),
    /columns\[3\]\.source\.values: not a value per/,
  ],
  [
    'a dependency of the wrong type',
    (a) => set(a.columns[3].source.values, 0, 'x'),
    /values\[0\]: not a value of type integer/,
  ],
  [
    'a sequence of texts',
    (a) => set(a.columns[4], 'type', { kind: 'string' }),
    /columns\[4\]\.type\.kind: not a type of a sequence/,
  ],
  [
    'a sequence without step',
    (a) => delete (a.columns[4].source as { step?: unknown }).step,
    /columns\[4\]\.source\.step/,
  ],
  [
    'an empty pool',
    (a) => set(a.columns[5].source, 'values', []),
    /columns\[5\]\.source\.values: a pool of the wrong size/,
  ],
  ['a pool of numbers', (a) => set(a.columns[5].source.values, 1, 3), /columns\[5\]\.source\.values\[1\]/],
  ['weights of the wrong size', (a) => a.columns[5].source.weights.pop(), /weights: not one weight per value/],
  ['weights of 0', (a) => set(a.columns[5].source, 'weights', [0, 0]), /weights: no weight is above 0/],
  ['a share above 1', (a) => set(a.columns[5], 'missing', 2), /columns\[5\]\.missing.*from 0 to 1/],
  ['a missing id', (a) => set(a.columns[4], 'missing', 0.5), /columns\[4\]\.missing: not for a sequence column/],
  [
    'a share of missing where nothing may be',
    (a) => set(a.columns[9], 'missing', 0.5),
    /columns\[9\]\.missing: the column is not/,
  ],
  [
    'an unknown provider',
    (a) => set(a.columns[6].source, 'provider', 'fist_name'),
    /columns\[6\]\.source\.provider.*first_name/,
  ],
  ['an unknown locale', (a) => set(a.columns[6].source, 'locale', '../x'), /columns\[6\]\.source\.locale/],
  [
    'a template of nothing',
    (a) => set(a.columns[7].source, 'template', '{c}'),
    /columns\[7\]\.source\.template: unknown column; found "c"/,
  ],
  ['an unknown filter', (a) => set(a.columns[7].source, 'template', '{b|up}'), /unknown filter up/],
  ['an open brace', (a) => set(a.columns[7].source, 'template', '{b'), /an unmatched \{/],
  [
    'templates that depend on each other',
    (a) => set(a.columns[8].source, 'template', '{a}'),
    /depend on each other; found \["a","b","a"\]/,
  ],
  [
    'a pattern that ends with a backslash',
    (a) => set(a.columns[9].source, 'pattern', '#\\'),
    /columns\[9\]\.source\.pattern: ends with a backslash/,
  ],
  ['an unknown UUID version', (a) => set(a.columns[10].source, 'version', 5), /columns\[10\]\.source\.version.*4 or 7/],
  ['a negative jitter', (a) => set(a.columns[11].source, 'jitter', -1), /columns\[11\]\.source\.jitter/],
  [
    'nothing but hidden columns',
    (a) => a.columns.forEach((column) => set(column, 'hidden', true)),
    /every column is hidden/,
  ],
]

function set(owner: unknown, key: string | number, value: unknown): void {
  ;(owner as Record<string | number, unknown>)[key] = value
}

for (const [name, change, message] of mutations) {
  test(`a model with ${name} is refused, naming the place`, () => {
    const artifact = structuredClone(sample())
    change(artifact as unknown as Loose)
    refused(JSON.stringify(artifact), 'MODEL_INVALID', message)
  })
}

test('the model that the mutations start from is accepted', () => {
  assert.equal(parseModel(Buffer.from(writeModel(sample())), 'shop.json').fields.length, 12)
})

test('a model cut short anywhere is refused', () => {
  const whole = Buffer.from(writeModel(sample()))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 2 }), (length) => {
      assert.throws(
        () => parseModel(whole.subarray(0, length), 'shop.json'),
        (error) => error instanceof GenesisError && ['MODEL_INVALID', 'MODEL_UNREADABLE'].includes(error.code),
      )
    }),
    { numRuns: 60 },
  )
  refused(whole.subarray(0, 500), 'MODEL_INVALID', /truncated; found 500 bytes/)
})

test('what is not JSON, not an object, or of a newer format is refused', () => {
  refused('PAR1', 'MODEL_UNREADABLE', /not JSON; found "PAR1"/)
  refused('', 'MODEL_UNREADABLE', /an empty file/)
  refused('[1]', 'MODEL_INVALID', /not a model; found \[1\]/)
  refused(JSON.stringify({ ...sample(), version: 6 }), 'MODEL_TOO_NEW', /version 6; expected at most 5\. Update/)
})

test('a file that is not there is MODEL_UNREADABLE with its path', async () => {
  await assert.rejects(
    loadModel('/no/such/model.json'),
    (error) =>
      error instanceof GenesisError &&
      error.code === 'MODEL_UNREADABLE' &&
      error.message.startsWith('/no/such/model.json: ') &&
      error.details.found === 'no such file',
  )
})

test('a written model reads as the same, and its bytes do not depend on the order of keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-model-'))
  try {
    const path = join(folder, 'model.json')
    for (const seed of [1, 2, 3]) {
      const artifact = randomArtifact(seed)
      const text = writeModel(artifact)
      await writeFile(path, text)
      const model = await loadModel(path)
      assert.deepEqual(model.artifact, artifact)
      const reversed = Object.fromEntries(Object.entries(artifact).reverse()) as unknown as ModelArtifact
      const columns = artifact.columns.map((column) => Object.fromEntries(Object.entries(column).reverse()))
      assert.equal(writeModel({ ...reversed, columns: columns as unknown as ModelArtifact['columns'] }), text)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('short tables keep three digits of what is not next to nothing, zeros and ones exactly', () => {
  const probability = fc.oneof(
    fc.constantFrom(0, 1),
    fc.double({ min: 0, max: 1, noNaN: true }).map((share) => Math.fround(share)),
  )
  fc.assert(
    fc.property(fc.array(probability, { minLength: 1 }), (shares) => {
      const text = encodeShortTable(Float32Array.from(shares))
      const table = decodeShortTable(text, shares.length)!
      shares.forEach((share, i) => assert.ok(Math.abs(table[i] - share) <= share / 4096 + 2 ** -31, `${share}`))
      assert.equal(table[shares.indexOf(1)] ?? 1, 1)
      assert.equal(decodeShortTable(text, shares.length + 1), null)
    }),
  )
})

test('tables survive base64, and the wrong length does not', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1 }), (numbers) => {
      const text = encodeTable(numbers)
      assert.deepEqual(decodeTable(text, numbers.length), numbers)
      assert.equal(decodeTable(text, numbers.length + 1), null)
      assert.equal(decodeTable(text.slice(0, -1), numbers.length), null)
    }),
  )
})
