import type * as Sdk from '@opentelemetry/sdk-metrics'
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics'
import { latencyBoundsMs, type LatencyHistogram } from '../delivery/latency.js'
import type { Metric, MetricSource, Sample } from './metric.js'

type Enums = Pick<typeof Sdk, 'AggregationTemporality' | 'DataPointType'>
type HrTime = DataPoint<number>['startTime']

const units = { seconds: 's', bytes: 'By', 'records per second': '{record}/s' } as const
/** `ValueType.DOUBLE` of @opentelemetry/api. */
const double = 1
const boundaries = latencyBoundsMs.map((ms) => ms / 1000)

/** A metric with its samples as OpenTelemetry's data model has it, under the same name as in Prometheus. */
export function metricData(
  { name, type, unit, about, read }: Metric,
  source: MetricSource,
  { AggregationTemporality, DataPointType }: Enums,
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
): MetricData {
  const shared = {
    descriptor: { name, description: about, unit: unit === null ? '' : units[unit], valueType: double },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  const samples = read(source)
  const points = <T>(value: (of: Sample['value']) => T): DataPoint<T>[] =>
    samples.map((sample) => ({ ...times, attributes: { ...sample.labels }, value: value(sample.value) }))
  switch (type) {
    case 'counter':
      return { ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points(Number) }
    case 'gauge':
      return { ...shared, dataPointType: DataPointType.GAUGE, dataPoints: points(Number) }
    case 'histogram':
      return {
        ...shared,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: points((value) => histogramOf(value as LatencyHistogram)),
      }
  }
}

function histogramOf({ counts, sumMs }: LatencyHistogram): Histogram {
  return {
    buckets: { boundaries, counts: [...counts] },
    sum: sumMs / 1000,
    count: counts.reduce((sum, count) => sum + count, 0),
  }
}
