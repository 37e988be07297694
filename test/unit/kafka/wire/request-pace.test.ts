import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LearnedRequestSize } from '#src/kafka/learned-request-size.js'
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

test('who shares connections starts where others have got to, and goes its own way from there', () => {
  const learned = new LearnedRequestSize()
  const [first, later, small] = [500_000, 1_000_000, 300_000].map((maxBytes) => new RequestPace(maxBytes, learned))
  assert.equal(later.bytes, first.bytes)
  for (let n = 0; n < 10; n++) first.observe(first.bytes, 0)
  assert.equal(later.bytes, 500_000)
  assert.equal(small.bytes, 300_000)
  later.observe(later.bytes, 0)
  first.observe(first.bytes, 2_000)
  assert.equal(later.bytes, 1_000_000)
})

test('a small request that is throttled tells the others nothing', () => {
  const learned = new LearnedRequestSize()
  const [bulk, slow] = [new RequestPace(1_000_000, learned), new RequestPace(1_000_000, learned)]
  slow.observe(120, 11_000)
  assert.equal(new RequestPace(1_000_000, learned).bytes, bulk.bytes)
  for (let n = 0; n < 10; n++) bulk.observe(bulk.bytes, 0)
  const other = new RequestPace(1_000_000, learned)
  other.observe(120, 3_000)
  assert.equal(new RequestPace(1_000_000, learned).bytes, 1_000_000)
})

test('a maximum of one is none of the others', () => {
  const learned = new LearnedRequestSize()
  const [large, small] = [new RequestPace(1_000_000, learned), new RequestPace(10_000, learned)]
  for (let n = 0; n < 10; n++) {
    large.observe(large.bytes, 0)
    small.observe(small.bytes, 0)
  }
  small.observe(small.bytes, 1)
  assert.equal(new RequestPace(2_000_000, learned).bytes, 1_000_000)
})

test('where others start is not lowered by a small maximum', () => {
  const learned = new LearnedRequestSize()
  const small = new RequestPace(10_000, learned)
  const before = new RequestPace(1_000_000, learned).bytes
  for (let n = 0; n < 10; n++) small.observe(small.bytes, 0)
  assert.equal(new RequestPace(1_000_000, learned).bytes, before)
})

test('who comes to a throttled client starts with what its quota allows', () => {
  const learned = new LearnedRequestSize()
  const throttled = new RequestPace(1_000_000, learned)
  for (let n = 0; n < 20; n++) throttled.observe(throttled.bytes, throttled.bytes / 20)
  assert.equal(new RequestPace(1_000_000, learned).bytes, throttled.bytes)
})
