/** Checks of a connector beyond its file, before anything runs; sink/kafka/check-online.ts has those with a network. */
import type { ConnectorConfig } from '../config/connector.js'
import { connectorSchema } from '../config/connector-schema.js'
import { locationOf } from '../config/location.js'
import { checkKey, checkValue } from '../encode/check.js'
import { errorsIn, GenesisError } from '../errors.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import type { ModelSource } from '../model/model-files.js'
import { openConnector } from './open.js'
import type { Field } from '../record.js'

export interface ConnectorCheck {
  readonly errors: readonly GenesisError[]
  /** Model columns that the connector's own Avro schema omits. */
  readonly unusedColumns: readonly string[]
}

/**
 * Without a network: the model is readable, the conditions can be satisfied, key and schema fit the model. `load` may
 * share a model between connectors. `wrong`: top-level keys of a draft known to be invalid; whatever depends on them
 * is not checked.
 */
export async function checkOffline(
  connector: ConnectorConfig,
  load: (source: ModelSource) => Promise<Model> = loadModel,
  wrong: ReadonlySet<string> = new Set(),
): Promise<ConnectorCheck> {
  const errors: GenesisError[] = []
  const collect = (key: string, error: unknown): void => void errors.push(...atKey(connector, key, error))
  let unusedColumns: readonly string[] = []
  let fields: readonly Field[]
  try {
    fields = (await load(connector.model)).fields
  } catch (error) {
    // Without a model, the schema is at fault.
    const key = connector.model === connector.value.schema ? 'value.schema' : 'model'
    return { errors: atKey(connector, key, error), unusedColumns }
  }
  try {
    fields = (await openConnector(connector, { load, shard: 0, capacity: 1 })).fields
  } catch (error) {
    collect('model', error)
    // Without its references, key and schema cannot be checked.
    if (connector.references.length > 0) return { errors, unusedColumns }
  }
  if (['sink', 'sinks', 'value', 'disturb'].some((key) => wrong.has(key))) return { errors, unusedColumns }
  try {
    checkKey(connector, fields)
  } catch (error) {
    collect('key', error)
  }
  try {
    unusedColumns = checkValue(connector, fields)
  } catch (error) {
    collect(connector.value.schema === null ? 'value' : 'value.schema', error)
  }
  return { errors, unusedColumns }
}

/**
 * Adds the place of the key to one or several errors: `key`, unless their own place is already a key of a connector.
 */
function atKey(connector: ConnectorConfig, key: string, thrown: unknown): GenesisError[] {
  return moved(thrown, (own) => {
    if (own === undefined) return locationOf(connector, key)
    if (Object.hasOwn(connectorSchema, /^\w*/.exec(own)![0])) return locationOf(connector, own)
    return connector.file !== null && own.startsWith(`${connector.file}:`)
      ? own
      : `${locationOf(connector, key)}: ${own}`
  })
}

/** Adds the connector to the place of one or several errors. */
export function inConnector({ name, file }: ConnectorConfig, thrown: unknown): GenesisError[] {
  return moved(thrown, (own) => [file, name, own].filter((part) => typeof part === 'string').join(': '))
}

function moved(thrown: unknown, placed: (own: string | undefined) => string): GenesisError[] {
  return errorsIn(thrown).map((one) => {
    return new GenesisError(one.code, one.what, { ...one.details, place: placed(one.details.place), cause: one })
  })
}
