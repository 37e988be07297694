import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { throwErrors } from '../config/check.js'
import type { ConnectorConfig, ReferencesConfig } from '../config/connector.js'
import { locationOf } from '../config/location.js'
import { nearest } from '../config/nearest.js'
import { GenesisError } from '../errors.js'
import { defaultCapacity, type Generator } from '../model/generator.js'
import type { ModelSource } from '../model/model-files.js'
import type { Model } from '../model/model.js'
import { checkEnvelope } from './check-envelope.js'
import { eventTimesOf } from '../model/time/following.js'
import { openGenerator, type References } from '../model/open.js'

export interface ConnectorOpening {
  /** Reads a model file, or derives a model from a schema. */
  readonly load: (source: ModelSource) => Promise<Model>
  readonly shard: number
  readonly capacity?: number
}

/**
 * The generator of a connector's shard, with its references. Throws the errors of loading the models, reading the
 * referenced connectors' files and compiling the conditions; CONFIG_INVALID for a mismatched or circular reference.
 */
export async function openConnector(
  connector: ConnectorConfig,
  { load, shard, capacity }: ConnectorOpening,
): Promise<Generator> {
  const model = await load(connector.model)
  const references = await referencesOf(connector, load, [])
  const { disturb, tasks } = connector
  const shards = tasks.max
  checkEnvelope(connector, model)
  const before = connector.value.envelope === 'debezium'
  const tombstones = before && connector.value.tombstones
  const options = { ...streamOf(connector), references, shard, shards, before, tombstones }
  if (disturb === null) return openGenerator(model, { ...options, capacity })
  // Loaded on demand, like the files of references: most streams have neither.
  const { DisturbedGenerator, spareCapacity } = await import('../model/faults/disturbed-generator.js')
  const inner = openGenerator(model, { ...options, capacity: (capacity ?? defaultCapacity) + spareCapacity(disturb) })
  return new DisturbedGenerator(inner, disturb, shard, shards, capacity ?? defaultCapacity)
}

function streamOf({ conditions, seed, throughput }: ConnectorConfig): References['options'] {
  return { conditions: conditions ?? undefined, seed, eventTimes: eventTimesOf(throughput) }
}

/** `before`: the connectors that led here. */
async function referencesOf(
  connector: ConnectorConfig,
  load: ConnectorOpening['load'],
  before: readonly string[],
): Promise<References[]> {
  const { references } = connector
  const round = [...before, identityOf(connector)]
  const found: References[] = []
  for (const [index, each] of references.entries()) {
    const place = (key: string): string =>
      locationOf(connector, `references${references.length === 1 ? '' : `[${index}]`}.${key}`)
    const other = await connectorAt(each, place('connector'))
    if (round.includes(identityOf(other))) {
      throw new GenesisError('CONFIG_INVALID', 'circular references', {
        place: place('connector'),
        found: [...round, identityOf(other)].join(' → '),
        expected: 'a connector that does not reference this one',
      })
    }
    const { column, key, skew, copy } = each
    const to = await load(other.model)
    const among = amongOf(each, other, place('among'), to.lives !== undefined)
    const inner = await referencesOf(other, load, round)
    found.push({ column, key, skew, among, copy, to, options: { ...streamOf(other), references: inner } })
  }
  return found
}

function identityOf({ name, file }: ConnectorConfig): string {
  return file === null ? name : `${name} in ${resolve(file)}`
}

async function connectorAt({ connector }: ReferencesConfig, place: string): Promise<ConnectorConfig> {
  if ('name' in connector) return connectorNamed(connector.name, connector.folder, place)
  const { readConnectors } = await import('../config/connector-file.js')
  const { connectors, errors } = await readConnectors([connector.file], process.env)
  throwErrors(errors)
  // All sinks of one connector get the same records.
  if (new Set(connectors.map(({ name }) => name)).size === 1) return connectors[0]
  throw new GenesisError('CONFIG_INVALID', 'not the file of a single connector', {
    place,
    found: `${connector.file} with ${connectors.length} connectors`,
    expected: 'the file of the referenced connector alone, or its name',
  })
}

/** Errors in other files of the folder are ignored here: they are reported where those run. */
async function connectorNamed(name: string, folder: string, place: string): Promise<ConnectorConfig> {
  const { readConnectors } = await import('../config/connector-file.js')
  const likeliest = ['.yaml', '.yml', '.json'].map((extension) => join(folder, name + extension)).filter(existsSync)
  const named = (each: ConnectorConfig): boolean => each.name === name
  // A folder may hold a thousand connectors.
  const first = (await readConnectors(likeliest, process.env)).connectors.find(named)
  if (first !== undefined) return first
  const { connectors, errors } = await readConnectors([folder], process.env)
  const found = connectors.find(named)
  if (found !== undefined) return found
  const names = connectors.map((each) => each.name)
  const likely = nearest(name, names) ?? (names.length === 0 ? 'a connector file' : `one of ${names.join(', ')}`)
  const unread = errors.length === 0 ? '' : `, where some cannot be read: genesis validate ${folder}`
  throw new GenesisError('CONFIG_INVALID', 'no connector of this name', {
    place,
    found: name,
    expected: `${likely} in ${folder}${unread}`,
    remedy: 'Refer to a connector elsewhere by its file, such as ./customers.yaml',
  })
}

function amongOf(
  { among }: ReferencesConfig,
  { name, throughput }: ConnectorConfig,
  at: string,
  lives: boolean,
): number {
  const most = throughput.maxRecords
  if (among === null && lives) {
    throw new GenesisError('CONFIG_INVALID', 'the number of referenced entities is unknown', {
      place: at,
      found: `${name}, whose records are events of entities`,
      expected: 'among: a number of entities that begin in it',
    })
  }
  if (among === null && most === null) {
    throw new GenesisError('CONFIG_INVALID', 'the number of referenced records is unknown', {
      place: at,
      found: `neither among nor max_records of ${name}`,
      expected: 'among: a number of existing records',
    })
  }
  if (among !== null && most !== null && among > most) {
    throw new GenesisError('CONFIG_INVALID', 'more records than exist', {
      place: at,
      found: String(among),
      expected: `at most ${most}, the max_records of ${name}`,
    })
  }
  return among ?? most ?? 1
}
