import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytes, count, duration, plural, rate, share } from '#src/page/format.js'

describe('the page shows', () => {
  test('rates with as many digits as a reader can use', () => {
    assert.deepEqual([0, 0.2549, 9.96, 91.38, 1234.4, 123_456].map(rate), ['0', '0.25', '10', '91.4', '1,234', '123K'])
    assert.equal(rate(null), '–')
  })

  test('counts in full', () => {
    assert.deepEqual([count(1_234_567), count(null)], ['1,234,567', '–'])
    assert.deepEqual([plural(1, 'task'), plural(1000, 'task')], ['1 task', '1,000 tasks'])
  })

  test('100 % only for what is complete', () => {
    assert.deepEqual(
      [share(1, 3), share(99_999, 100_000), share(5, 5), share(0, 0)],
      ['33.3%', '99.9%', '100%', '100%'],
    )
  })

  test('durations in two units at most', () => {
    const seconds = [0, 59.4, 60, 3599, 7500, 86_400, 270_000]
    assert.deepEqual(seconds.map(duration), ['0 s', '59 s', '1 min', '1 h', '2 h 5 min', '1 d', '3 d 3 h'])
  })

  test('bytes in the next smaller unit', () => {
    assert.deepEqual([0, 999, 61_385, 3.33e9].map(bytes), ['0 B', '999 B', '61.4 kB', '3.33 GB'])
  })
})
