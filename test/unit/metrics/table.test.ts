import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Metric } from '#src/metrics/metric.js'
import { PrometheusText } from '#src/metrics/prometheus.js'
import { metrics } from '#src/metrics/table.js'
import { connectorOf } from '../../support/connectors.js'
import { deliveryStatusOf, fullSource, taskStatusOf } from '../../support/metric-source.js'

const source = fullSource()

describe('every metric', () => {
  for (const { name, type, labels, unit, about, read } of metrics) {
    test(`${name} has the labels of its row, and is named as Prometheus advises`, () => {
      const samples = read(source)
      assert.ok(samples.length > 0)
      const required = labels.filter((label) => !label.endsWith('?'))
      const all = labels.map((label) => label.replace('?', ''))
      for (const { labels: found } of samples) {
        const names = Object.keys(found)
        assert.deepEqual(
          required.filter((label) => !names.includes(label)),
          [],
        )
        assert.deepEqual(
          names.filter((label) => !all.includes(label)),
          [],
        )
      }
      // prometheus.io/docs/practices/naming
      assert.match(name, /^genesis_[a-z_]+$/)
      assert.equal(name.endsWith('_total'), type === 'counter')
      if (unit !== null) assert.ok(name.includes(unit.replaceAll(' ', '_').replace('records_', '')), unit)
      assert.match(about, /^[A-Z1][^|`\n]*\.$/)
    })
  }

  test('is there once', () => {
    assert.equal(new Set(metrics.map(({ name }) => name)).size, metrics.length)
  })
})

const named = (name: string): Metric => metrics.find((metric) => metric.name === name)!

describe('lag', () => {
  const paced = connectorOf({ tasks: { max: 4 }, throughput: { rate: 1000 } })
  const values = (name: string, rate: number, tasks: Parameters<typeof taskStatusOf>[0][]): unknown[] => {
    const delivery = deliveryStatusOf({ config: paced, rate, tasks: tasks.map(taskStatusOf) })
    return named(name)
      .read({ ...source, deliveries: [delivery] })
      .map(({ value }) => value)
  }

  test('is what is missing from the rate of the tasks that run here', () => {
    const two = [{}, { shard: 1 }]
    assert.deepEqual(values('genesis_target_records_per_second', 400, two), [500])
    assert.deepEqual(values('genesis_lag_records_per_second', 400, two), [100])
    assert.deepEqual(values('genesis_lag_records_per_second', 510, two), [0])
  })

  test('is none of tasks that wait, have failed or are complete', () => {
    const tasks = [{}, { shard: 1, state: 'RESTARTING' as const }, { shard: 2, state: 'FAILED' as const }]
    assert.deepEqual(values('genesis_target_records_per_second', 0, tasks), [250])
    assert.deepEqual(values('genesis_lag_records_per_second', 0, [{ complete: true, state: 'STOPPED' }]), [0])
  })

  test('is unknown without a fixed rate', () => {
    const free = deliveryStatusOf({ config: connectorOf({}) })
    assert.deepEqual(named('genesis_lag_records_per_second').read({ ...source, deliveries: [free] }), [])
  })
})

test('a worker without a group has no metrics of one, and fences are 0 before the first', async () => {
  const lines = (await new PrometheusText(() => ({ ...source, group: null, failures: new Map() })).text()).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.startsWith('genesis_group')),
    [],
  )
  assert.ok(lines.includes('genesis_task_failures_total{code="KAFKA_FENCED"} 0'))
})

test('transactions, failures and the group are told in the form of Prometheus', async () => {
  const lines = (await new PrometheusText(() => source).text()).split('\n')
  for (const line of [
    'genesis_transaction_seconds_bucket{connector="paced",sink="archive",task="0",le="0.1"} 0',
    'genesis_transaction_seconds_bucket{connector="paced",sink="archive",task="0",le="0.2"} 1',
    'genesis_transaction_seconds_sum{connector="paced",sink="archive",task="0"} 0.15',
    'genesis_target_records_per_second{connector="paced",sink="archive"} 100',
    'genesis_lag_records_per_second{connector="paced",sink="archive"} 87.5',
    'genesis_task_failures_total{code="TOPIC_MISSING"} 2',
    `genesis_build_info{version="9.8.7",node="${process.version.slice(1)}"} 1`,
    'genesis_group_workers 3',
    'genesis_group_rebalance_seconds_total 2.5',
  ])
    assert.ok(lines.includes(line), `no line ${line}`)
})
