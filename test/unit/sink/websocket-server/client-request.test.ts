import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenesisError } from '#src/errors.js'
import { requestOfMessage, requestOfQuery, type RequestLimits } from '#src/sink/websocket-server/client-request.js'

const limits: RequestLimits = {
  defaults: { position: 0, batchSize: 10, rate: 100, maxRecords: null, conditions: undefined, format: 'json' },
  maxBatchSize: 1000,
  maxRate: 10_000,
  maxMessageBytes: 200,
}
const query = (text: string) => requestOfQuery(new URLSearchParams(text), limits)
const message = (text: string) => requestOfMessage(text, limits)

function refuses(call: () => unknown, pattern: RegExp): void {
  assert.throws(call, (error: GenesisError) => {
    assert.equal(error.code, 'OPTION_INVALID')
    assert.match(error.message, pattern)
    assert.ok(!error.message.includes('\n'))
    return true
  })
}

describe("a client's request", () => {
  test('is the same by query and by message, in camelCase and in snake_case', () => {
    const asked = {
      position: 500,
      batchSize: 20,
      rate: 50,
      maxRecords: 100,
      conditions: { segment: 'premium', lifetime_value: ['>', 10000] },
      format: 'ndjson' as const,
    }
    const conditions = encodeURIComponent(JSON.stringify(asked.conditions))
    const rest = `position=500&rate=50&format=ndjson&conditions=${conditions}`
    assert.deepEqual(query(`${rest}&batch_size=20&max_records=100`), asked)
    assert.deepEqual(query(`${rest}&batchSize=20&maxRecords=100`), asked)
    assert.deepEqual(message(JSON.stringify(asked)), asked)
    const { batchSize, rate, maxRecords, ...others } = asked
    assert.deepEqual(
      message(JSON.stringify({ ...others, batch_size: batchSize, rate_limit: rate, max_records: maxRecords })),
      asked,
    )
  })

  test('has the defaults for whatever it leaves out', () => {
    assert.deepEqual(query('position=7'), { ...limits.defaults, position: 7 })
    assert.deepEqual(message('{}'), limits.defaults)
  })

  for (const [text, pattern] of [
    ['batchsize=10', /batchsize: unknown option; found batchsize; expected one of position, batchSize/],
    ['batch_size=1001', /batch_size: wrong value; found 1001; expected an integer from 1 to 1000/],
    ['batch_size=ten', /found "ten"/],
    ['batch_size=', /found ""/],
    ['rate=0', /above 0 and at most 10000/],
    ['rate=Infinity', /rate: wrong value/],
    ['position=-1', /an integer from 0/],
    ['position=1.5', /an integer from 0/],
    ['position=9007199254740993', /an integer from 0/],
    ['max_records=0', /an integer from 1/],
    ['format=xml', /format: wrong value; found "xml"; expected json, ndjson or avro/],
    ['conditions={', /conditions: wrong value; found "\{"; expected a JSON object/],
    ['conditions=[1]', /a JSON object/],
    ['conditions=null', /a JSON object/],
    [`conditions=${'x'.repeat(300)}`, /too long; found 300 bytes; expected at most 200/],
    ['rate=1&rate=2', /specified twice/],
    ['__proto__=1', /unknown option/],
    ['constructor=1', /unknown option/],
  ] as const) {
    test(`is refused by query: ${text.slice(0, 40)}`, () => refuses(() => query(text), pattern))
  }

  for (const [text, pattern] of [
    ['not JSON', /not a request; found not JSON/],
    ['[1]', /not a request/],
    ['null', /not a request/],
    ['{"batchSize":"10"}', /found "10"/],
    ['{"conditions":"segment = premium"}', /a JSON object/],
    ['{"sead":1}', /unknown option/],
    ['{"__proto__":1}', /unknown option/],
  ] as const) {
    test(`is refused by message: ${text}`, () => refuses(() => message(text), pattern))
  }
})
