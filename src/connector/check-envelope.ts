import type { ConnectorConfig } from '../config/connector.js'
import { locationOf } from '../config/location.js'
import { GenesisError } from '../errors.js'
import type { Model } from '../model/model.js'

/** Throws CONFIG_INVALID where the model has no changes to put into an envelope, or no column that tells whose they are. */
export function checkEnvelope(connector: ConnectorConfig, { artifact, lives }: Model): void {
  const { value, key } = connector
  const { envelope } = value
  if (envelope === 'none') return
  const wrong = (option: string, what: string, found: string, expected: string): GenesisError =>
    new GenesisError('CONFIG_INVALID', what, { place: locationOf(connector, option), found, expected })
  if (lives === undefined)
    throw wrong(
      'value.envelope',
      'records of this model change nothing',
      `model ${artifact.name} without lives`,
      'a declared model with lives, or envelope: none',
    )
  const setters = new Set(lives.spec.changed.flatMap((column) => column.setters))
  const columns = lives.entity.fields.filter(({ name }) => !setters.has(name)).map(({ name }) => name)
  const referenced = connector.references.flatMap(({ column, copy }) => [column, ...Object.keys(copy)])
  const changing = [key ?? []].flat().find((name) => !columns.includes(name) && !referenced.includes(name))
  if (changing !== undefined)
    throw wrong('key', 'the key changes while an entity lives', changing, `one of ${columns.join(', ')}`)
  const clock = lives.entity.columns.find(({ source, hidden }) => source.from === 'clock' && !hidden)
  if (clock !== undefined && envelope === 'debezium')
    throw wrong(
      'value.envelope',
      'a time of generation is another one before and after',
      `clock column ${clock.name}`,
      'a model without clock columns',
    )
}
