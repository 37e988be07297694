import { resolve } from 'node:path'
import { throwErrors } from '../../config/check.js'
import { readConnectors } from '../../config/connector-file.js'
import type { ConnectorConfig, ReferencesConfig } from '../../config/connector.js'
import { GenesisError } from '../../errors.js'
import type { Generator } from '../generator.js'
import type { Model } from '../model.js'
import { eventTimesOf } from '../time/following.js'
import { openGenerator, type References } from '../open.js'

export interface ConnectorOpening {
  /** Reads a model file. */
  readonly load: (path: string) => Promise<Model>
  readonly shard: number
  readonly capacity?: number
}

/**
 * The generator of a shard of a connector, with what it refers to. Throws what loading the models, reading the other connectors'
 * files and compiling the conditions throw; CONFIG_INVALID where a reference fits nothing or goes in a circle.
 */
export async function openConnector(
  connector: ConnectorConfig,
  { load, shard, capacity }: ConnectorOpening,
): Promise<Generator> {
  const model = await load(connector.model)
  const references = await referencesOf(connector, load, [])
  return openGenerator(model, { ...streamOf(connector), references, shard, shards: connector.tasks.max, capacity })
}

function streamOf({ conditions, seed, throughput }: ConnectorConfig): References['options'] {
  return { conditions: conditions ?? undefined, seed, eventTimes: eventTimesOf(throughput) }
}

/** `before`: the files of the connectors that led here. */
async function referencesOf(
  connector: ConnectorConfig,
  load: ConnectorOpening['load'],
  before: readonly string[],
): Promise<References | undefined> {
  const { references, file } = connector
  if (references === null) return undefined
  const place = file ?? connector.name
  const round = file === null ? before : [...before, resolve(file)]
  if (round.includes(references.connector)) {
    throw new GenesisError('CONFIG_INVALID', 'references that go in a circle', {
      place: `${place}: references.connector`,
      found: [...round, references.connector].join(' → '),
      expected: 'a connector that does not refer to this one',
    })
  }
  const other = await connectorAt(references, place)
  const among = amongOf(references, other, place)
  const { column, key, skew, copy } = references
  const to = await load(other.model)
  const inner = await referencesOf(other, load, round)
  return { column, key, skew, among, copy, to, options: { ...streamOf(other), references: inner } }
}

async function connectorAt(references: ReferencesConfig, place: string): Promise<ConnectorConfig> {
  const { connectors, errors } = await readConnectors([references.connector], process.env)
  throwErrors(errors)
  if (connectors.length === 1) return connectors[0]
  throw new GenesisError('CONFIG_INVALID', 'not the file of one connector', {
    place: `${place}: references.connector`,
    found: `${references.connector} with ${connectors.length} connectors`,
    expected: 'a file with the connector that is referred to',
  })
}

function amongOf({ among }: ReferencesConfig, { name, throughput }: ConnectorConfig, place: string): number {
  const most = throughput.maxRecords
  const at = `${place}: references.among`
  if (among === null && most === null) {
    throw new GenesisError('CONFIG_INVALID', 'it is open how many records there are to refer to', {
      place: at,
      found: `neither among nor max_records of ${name}`,
      expected: 'among: a number of records that are there',
    })
  }
  if (among !== null && most !== null && among > most) {
    throw new GenesisError('CONFIG_INVALID', 'more records than there are', {
      place: at,
      found: String(among),
      expected: `at most ${most}, the max_records of ${name}`,
    })
  }
  return among ?? most ?? 1
}
