import { createHash } from 'node:crypto'
import { GenesisError } from '../../errors.js'
import { defaultCapacity, type Generator } from '../generator.js'
import type { Model } from '../model.js'
import { livesFields } from './lives-fields.js'
import { entityCapacity, LivesGenerator } from './lives-generator.js'
import type { LivesOptions, LivesSpec } from './lives.js'
import { withTombstones } from './tombstones.js'

/** The model whose records are the events in the lives of its entities. */
export function withLives(entity: Model, spec: LivesSpec): Model {
  const parts = JSON.stringify([entity.fingerprint, spec])
  const fingerprint = createHash('sha256').update(parts).digest('hex')
  const open = (options: LivesOptions, entities: (capacity: number) => Generator): Generator =>
    openLives(spec, options, entities)
  return { ...entity, fields: livesFields(spec, entity.fields), fingerprint, lives: { spec, entity, open } }
}

function openLives(
  declared: LivesSpec,
  { seed = 0, shard = 0, shards = 1, capacity = defaultCapacity, eventTimes, before = false, tombstones }: LivesOptions,
  entities: (capacity: number) => Generator,
): Generator {
  if (eventTimes)
    throw new GenesisError('CONFIG_INVALID', 'lives set their own event times', {
      place: 'throughput.event_time',
      found: 'throughput',
      expected: 'event_time: model, and lives.every in the declaration',
    })
  const spec = tombstones ? withTombstones(declared) : declared
  return new LivesGenerator(entities(entityCapacity(spec)), { spec, seed, shard, shards, capacity, before })
}
