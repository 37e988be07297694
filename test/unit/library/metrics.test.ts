import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addCounters, emptyCounters } from '#src/delivery/counters.js'
import { emptyLatency, latencyQuantile, observeLatency } from '#src/delivery/latency.js'
import { RateMeter } from '#src/delivery/rate-meter.js'

test('a latency falls into the bucket of the least bound that is not below it', () => {
  const histogram = emptyLatency()
  assert.ok(Number.isNaN(latencyQuantile(histogram, 0.5)))
  observeLatency(histogram, 2, 90)
  observeLatency(histogram, 2.1, 9)
  observeLatency(histogram, 60_000, 1)
  assert.deepEqual(
    [0.5, 0.9, 0.99, 1].map((quantile) => latencyQuantile(histogram, quantile)),
    [2, 2, 5, Infinity],
  )
  assert.ok(Math.abs(histogram.sumMs - (180 + 18.9 + 60_000)) < 1e-6)
})

test('the rate is that of the last ten seconds, or since the last change of a slow stream', () => {
  const meter = new RateMeter()
  assert.equal(meter.rate(0), 0)
  for (let second = 0; second <= 60; second++) meter.record(second < 30 ? 0 : (second - 30) * 100, second * 1000)
  assert.equal(Math.round(meter.rate(60_000)), 100)
  const slow = new RateMeter()
  slow.record(0, 0)
  slow.record(1, 60_000)
  slow.record(2, 120_000)
  assert.ok(Math.abs(slow.rate(120_000) - 1 / 60) < 1e-9)
})

test('counters add up, but for the position', () => {
  const sum = emptyCounters(7)
  const task = {
    ...emptyCounters(100),
    records: 3,
    bytes: 30,
    batches: 2,
    commits: 1,
    errors: 4,
    retries: 5,
    dropped: 6,
  }
  observeLatency(task.latency, 3, 3)
  observeLatency(task.transactions, 200, 1)
  addCounters(sum, task)
  addCounters(sum, task)
  assert.deepEqual(
    [sum.position, sum.records, sum.bytes, sum.batches, sum.commits, sum.errors, sum.retries, sum.dropped],
    [7, 6, 60, 4, 2, 8, 10, 12],
  )
  assert.equal(sum.latency.sumMs, 18)
  assert.equal(sum.transactions.sumMs, 400)
})
