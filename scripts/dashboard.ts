/** The dashboard for Grafana, deploy/chart/dashboard.json: panels in rows of two, over the connectors and workers that one picks. */

interface Panel {
  readonly title: string
  readonly about: string
  readonly unit: string
  /** By legend. */
  readonly queries: Readonly<Record<string, string>>
  readonly stacked?: true
}

const here = 'connector=~"$connector"'
const perDelivery = 'sum by (connector, sink)'

const panels: readonly Panel[] = [
  {
    title: 'Records per second',
    about: 'Delivered, over the last ten seconds, and the fixed rate asked for.',
    unit: 'cps',
    queries: {
      '{{connector}} {{sink}}': `${perDelivery} (genesis_records_per_second{${here}})`,
      'target {{connector}} {{sink}}': `${perDelivery} (genesis_target_records_per_second{${here}})`,
    },
  },
  {
    title: 'Behind the target rate',
    about: 'What is missing from the fixed rate of running tasks.',
    unit: 'cps',
    queries: { '{{connector}} {{sink}}': `${perDelivery} (genesis_lag_records_per_second{${here}})` },
  },
  {
    title: 'Bytes per second',
    about: 'Keys and values, before compression.',
    unit: 'Bps',
    queries: { '{{connector}} {{sink}}': `${perDelivery} (rate(genesis_bytes_total{${here}}[$__rate_interval]))` },
  },
  {
    title: 'Tasks by state',
    about: 'RESTARTING: waiting for the next attempt. STOPPED: complete, or stopped on request.',
    unit: 'short',
    queries: { '{{state}}': `sum by (state) (genesis_task_state{${here}})` },
    stacked: true,
  },
  {
    title: 'Delivery latency',
    about: "From a record's generation until it is durable: median and 99th percentile.",
    unit: 's',
    queries: {
      'p50 {{connector}}': quantile(0.5, 'genesis_delivery_latency_seconds'),
      'p99 {{connector}}': quantile(0.99, 'genesis_delivery_latency_seconds'),
    },
  },
  {
    title: 'Transaction time',
    about: "From a transaction's first record to its commit (99th percentile), and the commit alone (mean).",
    unit: 's',
    queries: {
      'p99 {{connector}}': quantile(0.99, 'genesis_transaction_seconds'),
      'commit {{connector}}': `sum by (connector) (rate(genesis_commit_seconds_total{${here}}[$__rate_interval])) / sum by (connector) (rate(genesis_commits_total{${here}}[$__rate_interval]))`,
    },
  },
  {
    title: 'Errors, retries, dropped records',
    about: 'Errors do not count outages; retries do.',
    unit: 'short',
    queries: {
      'errors {{connector}}': `sum by (connector) (increase(genesis_errors_total{${here}}[$__rate_interval]))`,
      'retries {{connector}}': `sum by (connector) (increase(genesis_retries_total{${here}}[$__rate_interval]))`,
      'dropped {{connector}}': `sum by (connector) (increase(genesis_dropped_total{${here}}[$__rate_interval]))`,
    },
  },
  {
    title: 'Throttled by broker quotas',
    about: 'Share of the time, per connector: 1 is all of one task.',
    unit: 'percentunit',
    queries: {
      '{{connector}}': `sum by (connector) (rate(genesis_throttled_seconds_total{${here}}[$__rate_interval]))`,
    },
  },
  {
    title: 'Waiting tasks',
    about: 'By what they wait for. They resume by themselves.',
    unit: 'short',
    queries: { '{{waits_for}}': 'sum by (waits_for) (genesis_waiting_tasks)' },
    stacked: true,
  },
  {
    title: 'Failed tasks by error',
    about: 'KAFKA_FENCED: another worker took the shard over.',
    unit: 'short',
    queries: { '{{code}}': 'sum by (code) (increase(genesis_task_failures_total[$__rate_interval]))' },
  },
  {
    title: 'Rebalances',
    about: 'Seconds per rebalance, and workers in the group. Tasks that do not move keep running.',
    unit: 'short',
    queries: {
      'seconds {{instance}}':
        'rate(genesis_group_rebalance_seconds_total[$__rate_interval]) / rate(genesis_group_rebalances_total[$__rate_interval])',
      workers: 'max(genesis_group_workers)',
    },
  },
  {
    title: 'CPU and memory',
    about: 'Cores in use, and gigabytes of memory, of each worker.',
    unit: 'short',
    queries: {
      'cores {{instance}}': 'rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) genesis_build_info',
      'GB {{instance}}': 'process_resident_memory_bytes / 1e9 and on (instance) genesis_build_info',
    },
  },
]

function quantile(q: number, histogram: string): string {
  return `histogram_quantile(${q}, sum by (connector, le) (rate(${histogram}_bucket{${here}}[$__rate_interval])))`
}

export function dashboard(): object {
  const datasource = { type: 'prometheus', uid: '${datasource}' }
  return {
    title: 'genesis-connect',
    uid: 'genesis-connect',
    tags: ['kafka', 'genesis-connect'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
        {
          name: 'connector',
          type: 'query',
          label: 'Connector',
          datasource,
          query: { query: 'label_values(genesis_records_total, connector)', refId: 'connector' },
          refresh: 2,
          sort: 1,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels: panels.map(({ title, about, unit, queries, stacked }, index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      description: about,
      datasource,
      gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
      fieldConfig: {
        defaults: {
          unit,
          min: 0,
          custom: { fillOpacity: 10, showPoints: 'never', stacking: { mode: stacked === true ? 'normal' : 'none' } },
        },
        overrides: [],
      },
      options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
      targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + query),
        datasource,
        expr,
        legendFormat,
      })),
    })),
  }
}
