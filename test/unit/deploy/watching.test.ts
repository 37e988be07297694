import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { parse } from 'yaml'
import { metrics } from '#src/metrics/table.js'
import { alertRules } from '../../../scripts/alert-rules.js'
import { metricOf } from '../../../scripts/metrics-page.js'
import { readPromql } from '../../../scripts/promql.js'

interface Known {
  readonly type: string
  readonly labels: readonly string[]
}

const registry = new Registry()
collectDefaultMetrics({ register: registry })
const known = new Map<string, Known>([
  ...(await registry.getMetricsAsJSON()).map(({ name, type }): [string, Known] => [
    name,
    { type: String(type), labels: [] },
  ]),
  ...metrics.map(({ name, type, labels }): [string, Known] => [
    name,
    { type, labels: labels.map((label) => label.replace('?', '')) },
  ]),
])
/** Added by whoever scrapes. */
const scraped = ['job', 'instance', 'namespace', 'pod', 'service']

/** Fails unless every metric exists, with these labels, and is used as its type demands. Returns the result's labels. */
function check(promql: string): readonly string[] {
  const { selectors, groupedBy, isAggregated } = readPromql(promql)
  assert.ok(selectors.length > 0)
  const available = new Set(scraped)
  for (const { series, matchers, functions, isUnless } of selectors) {
    const metric = known.get(series) ?? known.get(metricOf(series))
    assert.ok(metric, `there is no metric ${series}`)
    const isHistogram = metric.type === 'histogram'
    assert.equal(isHistogram, metricOf(series) !== series, series)
    const labels = [...scraped, ...metric.labels, ...(series.endsWith('_bucket') ? ['le'] : [])]
    assert.deepEqual(
      matchers.filter((label) => !labels.includes(label)),
      [],
      `labels of ${series}`,
    )
    // A series that is new has increased from nothing.
    const isCounted = functions.includes('rate') || functions.includes('increase') || isUnless
    assert.equal(
      isCounted,
      isHistogram || metric.type === 'counter',
      `${series} needs rate() if it counts, and only then`,
    )
    for (const label of labels) available.add(label)
  }
  assert.deepEqual(
    groupedBy.filter((label) => !available.has(label)),
    [],
  )
  return isAggregated ? groupedBy : [...available]
}

describe('alerts.yaml', async () => {
  const rules = await alertRules()
  for (const { alert, expr, labels, annotations } of rules) {
    test(`${alert} asks for metrics that exist, and its text for labels that they have`, () => {
      const available = check(expr)
      assert.ok(['critical', 'warning', 'info'].includes(labels.severity))
      for (const text of [annotations.summary, annotations.description])
        for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) assert.ok(available.includes(label), label)
    })
  }

  test('has every alert once', () => {
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  })
})

const chart = new URL('../../../../deploy/chart/', import.meta.url)

interface Dashboard {
  readonly panels: readonly { title: string; targets: readonly { expr: string; legendFormat: string }[] }[]
  readonly templating: { readonly list: readonly { name: string; query: string | { query: string } }[] }
}

describe('dashboard.json', async () => {
  const { panels, templating } = JSON.parse(await readFile(new URL('dashboard.json', chart), 'utf8')) as Dashboard
  for (const { title, targets } of panels) {
    test(`"${title}" asks for metrics that exist, and its legend for labels that they have`, () => {
      for (const { expr, legendFormat } of targets) {
        const available = check(expr.replaceAll('$__rate_interval', '5m'))
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok(available.includes(label), label)
      }
    })
  }

  test('its variables are values of a label that exists', () => {
    for (const { name, query } of templating.list) {
      if (typeof query === 'string') continue
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? []
      assert.equal(label, name)
      assert.ok(known.get(metric)?.labels.includes(label))
    }
  })
})

test("connect-names.yaml gives Connect's names to metrics that exist", async () => {
  const { groups } = parse(await readFile(new URL('connect-names.yaml', chart), 'utf8')) as {
    groups: { rules: { record: string; expr: string }[] }[]
  }
  const { rules } = groups[0]
  assert.deepEqual(
    rules.filter(({ expr }) => !known.has(expr)),
    [],
  )
  assert.equal(rules[0].record, 'kafka_connect_source_task_metrics_source_record_write_total')
})

test('what is no PromQL is noticed', () => {
  assert.throws(() => readPromql('sum by (a (b)'), SyntaxError)
  assert.throws(() => check('genesis_record_total'), /no metric genesis_record_total/)
  assert.throws(() => check('genesis_records_total'), /needs rate/)
  assert.throws(() => check('genesis_position{shard="0"}'), /labels of genesis_position/)
})
