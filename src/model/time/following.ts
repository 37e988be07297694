import type { ConnectorConfig } from '../../config/connector.js'
import { GenesisError } from '../../errors.js'
import type { TimeCurve } from '../artifact.js'
import type { Model } from '../model.js'
import { curveOfShape } from './curve-of-shape.js'

type Throughput = Pick<ConnectorConfig['throughput'], 'rate' | 'intervalMs' | 'batchSize' | 'shape' | 'eventTime'>

/** The curve that event times follow instead of the model's own; null: the model's own. Throws as `curveOfShape` does. */
export function eventTimesOf({ eventTime, rate, intervalMs, batchSize, shape }: Throughput): TimeCurve | null {
  if (eventTime === 'model') return null
  return curveOfShape(rate ?? (intervalMs === null ? 0 : (1000 * batchSize) / intervalMs), shape)
}

/** The model with its event times following a curve. Throws CONFIG_INVALID if it has no event times. */
export function following(model: Model, curve: TimeCurve): Model {
  const columns = model.columns.map((column) => {
    const { source } = column
    if (source.from !== 'event_time') return column
    return { ...column, source: { from: source.from, start: source.start, jitter: source.jitter, curve } }
  })
  if (columns.some((column, index) => column !== model.columns[index])) return { ...model, columns }
  throw new GenesisError('CONFIG_INVALID', 'no column to follow the throughput', {
    place: `event_time of ${model.artifact.name}`,
    found: 'a model without event_time columns',
    expected: 'event_time: model, or a column of kind event_time in the columns file of `genesis fit`',
  })
}
