import { collectDefaultMetrics, Registry } from 'prom-client'
import { latencyBoundsMs, type LatencyHistogram } from '../delivery/latency.js'
import type { Labels, Metric, MetricSource } from './metric.js'
import { metrics } from './table.js'

/**
 * The metrics of a worker in the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 * Nothing is collected until scraped; then the status is read once and written out directly, so that scraping a
 * thousand tasks takes milliseconds.
 */
export class PrometheusText {
  readonly contentType: string
  readonly #source: () => MetricSource
  readonly #process = new Registry()

  constructor(source: () => MetricSource) {
    this.#source = source
    this.contentType = this.#process.contentType
    collectDefaultMetrics({ register: this.#process })
  }

  async text(): Promise<string> {
    const source = this.#source()
    return metrics.map((metric) => familyText(metric, source)).join('') + (await this.#process.metrics())
  }
}

function familyText({ name, type, about, read }: Metric, source: MetricSource): string {
  let text = `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n`
  for (const { labels, value } of read(source)) {
    const pairs = labelText(labels)
    if (typeof value === 'number') text += `${name}${pairs === '' ? '' : `{${pairs}}`} ${value}\n`
    else text += histogramText(name, pairs, value)
  }
  return text
}

const bounds = [...latencyBoundsMs.map((ms) => `le="${ms / 1000}"`), 'le="+Inf"']

function histogramText(name: string, pairs: string, { counts, sumMs }: LatencyHistogram): string {
  let total = 0
  let text = ''
  counts.forEach((count, bucket) => {
    total += count
    text += `${name}_bucket{${pairs},${bounds[bucket]}} ${total}\n`
  })
  return `${text}${name}_sum{${pairs}} ${sumMs / 1000}\n${name}_count{${pairs}} ${total}\n`
}

/** Most metrics of a task have the same labels. */
const texts = new WeakMap<Labels, string>()

function labelText(labels: Labels): string {
  const known = texts.get(labels)
  if (known !== undefined) return known
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',')
  texts.set(labels, text)
  return text
}
