import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { closest, distance, nearest } from '#src/config/nearest.js'
import { parseProperties } from '#src/config/properties.js'
import { formatDuration, parseDuration, parseSize } from '#src/config/quantity.js'

describe('durations and sizes', () => {
  it('have a unit', () => {
    const durations = { '100ms': 100, '60s': 60_000, '1.5s': 1500, '5m': 300_000, '1h': 3_600_000, '2 d': 172_800_000 }
    for (const [text, ms] of Object.entries(durations)) assert.equal(parseDuration(text), ms, text)
    const sizes = { '10B': 10, '1MB': 1e6, '512KiB': 524_288, '1kB': 1000, '1.5GiB': 1_610_612_736 }
    for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseSize(text), bytes, text)
  })

  it('are nothing else', () => {
    for (const text of [
      '',
      '5',
      'ms',
      '-1s',
      '1 week',
      '1S',
      '1e3s',
      '5 mm',
      '999999999999999d',
      'constructor',
      '1toString',
    ]) {
      assert.equal(parseDuration(text), undefined, text)
    }
    for (const text of ['', '5', '1mb', '1 MBit', '-1MB', '1__proto__']) assert.equal(parseSize(text), undefined, text)
  })

  it('read back as they are shown', () => {
    fc.assert(fc.property(fc.nat(1e12), (ms) => parseDuration(formatDuration(ms)) === ms))
  })
})

describe('the closest words', () => {
  it('parts of a word come first, then those with the fewest letters changed', () => {
    assert.deepEqual(closest('york', ['Oslo', 'Cork', 'New York', 'Porto']), ['New York', 'Cork', 'Porto', 'Oslo'])
  })
})

describe('the nearest word', () => {
  it('is the one with the fewest slips, swaps being one', () => {
    assert.equal(nearest('segmnet', ['segment', 'status', 'seg']), 'segment')
    assert.equal(nearest('batch-size', ['batch_size', 'rate']), 'batch_size')
    assert.equal(nearest('RATE', ['rate', 'date']), 'rate')
    assert.equal(nearest('order_id', ['Order Date', 'Order ID']), 'Order ID')
    assert.equal(nearest('max', ['min']), undefined)
    assert.equal(nearest('zebra', ['rate', 'interval']), undefined)
    assert.equal(nearest('x', []), undefined)
  })

  it('is told by a distance', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') })
    fc.assert(
      fc.property(word, word, (a, b) => {
        const d = distance(a, b)
        assert.equal(d, distance(b, a))
        assert.equal(d === 0, a === b)
        assert.ok(d >= Math.abs(a.length - b.length) && d <= Math.max(a.length, b.length))
      }),
    )
    assert.equal(distance('ca', 'ac'), 1)
    assert.equal(distance('kitten', 'sitting'), 3)
  })
})

describe('a properties file', () => {
  it('is read as Java reads it', () => {
    const text = [
      '# comment',
      '! comment',
      'a=1',
      ' b : two words ',
      'c three',
      'd',
      'e\\ f=\\u00e9\\tx',
      'g=one, \\',
      '   two',
      'h=back\\\\',
      'url=http://a:b@c/?d=e',
      'a=again',
      '',
      'i\\=j=k',
    ].join('\r\n')
    assert.deepEqual(
      [...parseProperties(text)],
      [
        ['a', 'again'],
        ['b', 'two words '],
        ['c', 'three'],
        ['d', ''],
        ['e f', 'é\tx'],
        ['g', 'one, two'],
        ['h', 'back\\'],
        ['url', 'http://a:b@c/?d=e'],
        ['i=j', 'k'],
      ],
    )
  })
})
