import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseRoute } from '#src/page/route.js'
import { callTrouble, groupTrouble } from '#src/page/trouble.js'

describe('the address of a view', () => {
  for (const [hash, route] of [
    ['', { view: 'list' }],
    ['#/', { view: 'list' }],
    ['#/workers', { view: 'workers' }],
    ['#/new', { view: 'new' }],
    ['#/connectors/a%2Fb%20%25', { view: 'connector', name: 'a/b %' }],
    ['#/connectors/a/edit', { view: 'edit', name: 'a' }],
    ['#/connectors/a/bogus', { view: 'unknown' }],
    ['#/connectors/%zz', { view: 'unknown' }],
    ['#/bogus', { view: 'unknown' }],
  ] as const) {
    test(`${hash} is ${JSON.stringify(route)}`, () => assert.deepEqual(parseRoute(hash), route))
  }
})

describe('the page says what is wrong', () => {
  test('where a worker does not respond, asks for credentials or refuses', () => {
    assert.match(callTrouble(0, 'no connection').text, /no connection/)
    assert.match(callTrouble(401, '').text, /Reload/)
    assert.equal(callTrouble(503, 'the worker is starting').text, 'the worker is starting')
    assert.deepEqual(callTrouble(400, 'no'), { title: 'The worker refused this', text: 'no' })
  })

  test('where a worker cannot reach its group, and how old the state is', () => {
    const now = Date.parse('2026-01-01T00:02:00Z')
    assert.match(groupTrouble('2026-01-01T00:00:00Z', now).text, /2 min old/)
    assert.match(groupTrouble('never', now).text, /has not read/)
  })
})
