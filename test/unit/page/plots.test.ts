import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { axisEnds, barsOf, plotHeight, plotWidth } from '#src/page/plot-bars.js'

describe('a plot of real and synthetic values', () => {
  test('has a pair of bars for each label, all within the plot and none over another', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const pairs = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(pairs, fc.boolean(), (shares, ordered) => {
        const [real, synthetic] = [shares.map(([one]) => one), shares.map(([, other]) => other)]
        const plot = { ordered, labels: real.map(String), real, synthetic }
        const bars = barsOf(plot)
        assert.equal(bars.length, 2 * shares.length)
        bars.forEach(({ of, x, y, width, height }, i) => {
          assert.equal(of, i % 2 === 0 ? 'real' : 'synthetic')
          assert.ok(x >= 0 && y >= -1e-9 && width >= 0 && height >= 0)
          assert.ok(x + width <= plotWidth + 1e-9 && y + height <= plotHeight(plot) + 1e-9)
          const next = bars.at(i + 1)
          if (next !== undefined && i + 1 < bars.length)
            assert.ok(ordered ? x + width <= next.x + 1e-9 : y + height <= next.y + 1e-9)
        })
      }),
    )
  })

  test('ends its axis where the values end', () => {
    const labels = ['-5 – 0', '0 – 5', '5 – 10']
    assert.deepEqual(axisEnds({ ordered: true, labels, real: [], synthetic: [] }), ['-5', '10'])
  })
})
