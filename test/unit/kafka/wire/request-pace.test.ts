import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestPace } from '#src/kafka/wire/request-pace.js'

test('requests grow to the maximum while no quota throttles them', () => {
  const pace = new RequestPace(1_000_000)
  for (let n = 0; n < 10; n++) pace.observe(pace.bytes, 0)
  assert.equal(pace.bytes, 1_000_000)
})

test('what is far below the limit says nothing about it', () => {
  const pace = new RequestPace(1_000_000)
  const before = pace.bytes
  for (let n = 0; n < 10; n++) pace.observe(200, 0)
  assert.equal(pace.bytes, before)
})

test('throttled ones come to what passes in a second, from above and from below', () => {
  for (const [start, rate] of [
    [1_000_000, 20_000],
    [500, 20_000],
    [1_000_000, 300],
  ]) {
    const pace = new RequestPace(start)
    for (let n = 0; n < 20; n++) pace.observe(pace.bytes, (pace.bytes / rate) * 1_000)
    assert.ok(Math.abs(pace.bytes - Math.min(rate, start)) <= 1, `${pace.bytes} for ${rate}`)
  }
})

test('a request always has room for something', () => {
  const pace = new RequestPace(1_000_000)
  for (let n = 0; n < 30; n++) pace.observe(pace.bytes, 60_000)
  assert.equal(pace.bytes, 1)
})
