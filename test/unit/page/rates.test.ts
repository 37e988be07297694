import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RateHistory, sparkline } from '#src/page/rate-history.js'
import { pageConnector } from '../../support/page-connectors.js'

describe('the rates of a page', () => {
  test('are kept for 450 readings, and forgotten with their connector', () => {
    const history = new RateHistory()
    for (let i = 0; i < 500; i++) history.add([pageConnector('a', { records_per_second: i })], i * 2000)
    const { times, rates } = history.of('a')
    assert.deepEqual([rates.length, rates[0], rates.at(-1), times[0]], [450, 50, 499, 100])
    history.add([], 0)
    assert.deepEqual(history.of('a'), { times: [], rates: [] })
  })

  test('are drawn from the right, as high as the highest', () => {
    assert.equal(sparkline([5]), '')
    assert.equal(sparkline([0, 10]), '69.9,19.0 72.0,1.0')
    assert.equal(sparkline([0, 0]), '69.9,19.0 72.0,19.0')
    assert.equal(sparkline(Array.from({ length: 100 }, () => 3)).split(' ').length, 36)
  })
})
