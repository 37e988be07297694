import { createHash } from 'node:crypto'
import type { Model } from '../model.js'
import { livesFields } from './lives-fields.js'
import type { LivesSpec } from './lives.js'

/** The model whose records are the events in the lives of its entities. */
export function withLives(entity: Model, spec: LivesSpec): Model {
  const parts = JSON.stringify([entity.fingerprint, spec])
  const fingerprint = createHash('sha256').update(parts).digest('hex')
  return { ...entity, fields: livesFields(spec, entity.fields), fingerprint, lives: { spec, entity } }
}
