/** Which throughput options go together. */
import type { connectorSchema } from './connector-schema.js'
import type { Values } from './option.js'
import type { Rule } from './rule.js'

type Throughput = Values<typeof connectorSchema>['throughput']

export function rateRules(throughput: Throughput): Rule[] {
  const { rate, interval, adaptive, arrivals, shape } = throughput
  const curve = shape.type === 'curve'
  const follows = throughput.event_time === 'throughput'
  const shaped = shape.type !== null && shape.type !== 'constant'
  return [
    {
      on: ['throughput.interval', 'throughput.rate'],
      broken: rate !== null && interval !== null,
      what: 'rate and interval exclude each other',
      found: 'both',
      expected: 'one of throughput.rate and throughput.interval',
    },
    {
      on: ['throughput.adaptive', 'throughput.interval', 'throughput.shape.type', 'throughput.arrivals'],
      broken: adaptive && (interval !== null || shape.type !== null || arrivals !== 'even'),
      what: 'an adaptive rate cannot be combined with interval, shape or arrivals',
      found: interval !== null ? 'interval' : shape.type !== null ? `shape ${shape.type}` : `arrivals ${arrivals}`,
      expected: 'throughput.adaptive with at most rate, its upper bound',
    },
    {
      on: ['throughput.shape.type', 'throughput.rate'],
      broken: !adaptive && rate === null && shape.type !== null && !curve,
      what: 'a shape needs a rate',
      found: `shape ${shape.type} without rate`,
      expected: 'throughput.rate',
    },
    {
      on: ['throughput.rate', 'throughput.shape.type'],
      broken: rate !== null && curve,
      what: 'a recorded curve excludes rate',
      found: 'rate',
      expected: 'no throughput.rate with shape curve',
    },
    {
      on: ['throughput.interval', 'throughput.shape.type', 'throughput.arrivals'],
      broken: interval !== null && (shaped || arrivals === 'poisson'),
      what: 'interval excludes shape and arrivals',
      found: shaped ? `shape ${shape.type}` : 'poisson',
      expected: 'throughput.rate instead of throughput.interval',
    },
    {
      on: ['throughput.arrivals', 'throughput.rate', 'throughput.shape.type'],
      broken: !adaptive && arrivals === 'poisson' && rate === null && interval === null && !curve,
      what: 'Poisson arrivals need a rate',
      found: 'none',
      expected: 'throughput.rate',
    },
    {
      on: [
        'throughput.event_time',
        'throughput.rate',
        'throughput.interval',
        'throughput.adaptive',
        'throughput.shape.type',
      ],
      broken: follows && (adaptive || (rate === null && interval === null && !curve)),
      what: 'event times can only follow a rate known in advance',
      found: adaptive ? 'an adaptive rate' : 'none',
      expected: 'throughput.rate, throughput.interval or a recorded curve',
    },
    {
      on: ['throughput.event_time', 'throughput.shape.to_rate'],
      broken: follows && shape.to_rate === 0,
      what: 'later records would have no event time',
      found: 'to_rate 0',
      expected: 'a to_rate above 0',
    },
    ...shapeRules(shape),
  ]
}

/** The parameters of each shape, apart from the rate. */
const parts: Readonly<Record<string, readonly (keyof Throughput['shape'])[]>> = {
  constant: [],
  ramp: ['period', 'to_rate'],
  sine: ['period'],
  bursts: ['period', 'burst_rate', 'burst_length'],
  curve: ['curve'],
}

function shapeRules(shape: Throughput['shape']): Rule[] {
  const own = parts[shape.type ?? 'constant']
  const all = ['period', 'to_rate', 'burst_rate', 'burst_length', 'curve'] as const
  const rules = all.map((part): Rule => {
    const needed = own.includes(part)
    return {
      on: [`throughput.shape.${part}`, 'throughput.shape.type'],
      broken: needed !== (shape[part] !== null),
      what: needed ? `shape ${shape.type} needs ${part}` : `shape ${shape.type ?? 'constant'} has no ${part}`,
      found: needed ? 'none' : String(shape[part]),
      expected: needed ? `throughput.shape.${part}` : `no throughput.shape.${part}`,
    }
  })
  return [
    ...rules,
    {
      on: ['throughput.shape.burst_length', 'throughput.shape.period', 'throughput.shape.type'],
      broken: shape.burst_length !== null && shape.period !== null && shape.burst_length > shape.period,
      what: 'a burst is longer than the period',
      found: `${shape.burst_length}ms of ${shape.period}ms`,
      expected: 'a burst_length of at most the period',
    },
  ]
}
