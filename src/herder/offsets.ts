/** Offsets of connectors (KIP-875): their positions as Connect's source offsets. */
import { hidingSecrets, secretsIn } from '../config/hide-secrets.js'
import { resolveConnector } from '../config/resolve-connector.js'
import { throwErrors } from '../config/check.js'
import { isObject } from '../config/is-object.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { ConnectorOpening } from '../connector/open.js'
import { GenesisError } from '../errors.js'
import type { Checkpoint } from '../record.js'
import { keepsPositions } from '../sink/options.js'
import type { ConnectorOffset, OffsetChange } from './herder.js'
import type { Planning } from './hosted-connector.js'

/** The checkpoints of deliveries, wherever they are stored. Both reject with USAGE for a sink without checkpoints. */
export interface PositionStore {
  /** By shard. */
  read(delivery: ConnectorConfig): Promise<ReadonlyMap<number, Checkpoint>>
  /** Fences the shards' owners first. `next`: the shard's next position; null: its beginning. */
  move(
    delivery: ConnectorConfig,
    fingerprint: string,
    next: (shard: number, current: number | null) => number | null,
  ): Promise<void>
}

export function readOffsets(
  raw: RawConnector,
  planning: Planning,
  positions: PositionStore,
): Promise<ConnectorOffset[]> {
  return hidingSecrets(secretsIn(raw, planning.env, planning.worker.rest), () => read(raw, planning, positions))
}

async function read(raw: RawConnector, planning: Planning, positions: PositionStore): Promise<ConnectorOffset[]> {
  const offsets: ConnectorOffset[] = []
  for (const delivery of resolved(raw, planning)) {
    if (!keepsPositions(delivery)) continue
    const found = [...(await positions.read(delivery))].sort(([a], [b]) => a - b)
    for (const [shard, { position, fingerprint, shards }] of found) {
      const partition = { shard, ...(delivery.sinkName !== null && { sink: delivery.sinkName }) }
      offsets.push({ partition, offset: { position, fingerprint, shards } })
    }
  }
  return offsets
}

/** Null: resets all. Resolves to a message about the result; throws OFFSET_INVALID before anything is changed. */
export function moveOffsets(
  raw: RawConnector,
  planning: Planning,
  positions: PositionStore,
  changes: readonly OffsetChange[] | null,
): Promise<string> {
  const secrets = secretsIn(raw, planning.env, planning.worker.rest)
  return hidingSecrets(secrets, () => move(raw, planning, positions, changes))
}

async function move(
  raw: RawConnector,
  planning: Planning,
  positions: PositionStore,
  changes: readonly OffsetChange[] | null,
): Promise<string> {
  const deliveries = resolved(raw, planning).filter(keepsPositions)
  const moves = new Map(deliveries.map((delivery) => [delivery, new Map<number, number | null>()]))
  const fingerprints = new Map<ConnectorConfig, string>()
  // Loaded on demand: generators are for task threads.
  const { openConnector } = await import('../connector/open.js')
  for (const delivery of deliveries) {
    const load: ConnectorOpening['load'] = (source) => planning.models.load(source)
    fingerprints.set(delivery, (await openConnector(delivery, { load, shard: 0, capacity: 1 })).fingerprint)
  }
  for (const [index, { partition, offset }] of (changes ?? []).entries()) {
    const place = `offsets[${index}]`
    const [delivery, shard] = partitionOf(partition, deliveries, `${place}.partition`)
    const own = moves.get(delivery) ?? new Map<number, number | null>()
    if (own.has(shard)) throw invalid(`${place}.partition`, 'a duplicate partition', partition, 'each once')
    own.set(shard, positionOf(offset, shard, delivery, fingerprints.get(delivery) ?? '', `${place}.offset`))
  }
  for (const [delivery, own] of moves) {
    if (changes !== null && own.size === 0) continue
    await positions.move(delivery, fingerprints.get(delivery) ?? '', (shard, current) => {
      return changes === null ? null : own.has(shard) ? (own.get(shard) ?? null) : current
    })
  }
  return `The offsets of connector ${raw.name} have been ${changes === null ? 'reset' : 'altered'}.`
}

function resolved(raw: RawConnector, { env, worker }: Planning): readonly ConnectorConfig[] {
  const { connectors, errors } = resolveConnector(raw, env, worker.rest)
  throwErrors(errors)
  return connectors
}

function partitionOf(
  partition: unknown,
  deliveries: readonly ConnectorConfig[],
  place: string,
): [delivery: ConnectorConfig, shard: number] {
  const forms = deliveries.map(({ sinkName }) => `{"shard": n${sinkName === null ? '' : `, "sink": "${sinkName}"`}}`)
  const expected = forms.length === 0 ? 'none: its sinks store no positions' : forms.join(' or ')
  if (!isObject(partition)) throw invalid(place, 'not a valid partition', partition, expected)
  const { shard, sink = null, ...others } = partition
  const delivery = deliveries.find(({ sinkName }) => sinkName === sink)
  if (delivery === undefined || Object.keys(others).length > 0 || typeof shard !== 'number')
    throw invalid(place, 'not a partition of this connector', partition, expected)
  const shards = delivery.tasks.max
  if (!Number.isSafeInteger(shard) || shard < 0 || shard >= shards)
    throw invalid(place, 'not a shard of this connector', shard, `0 to ${shards - 1}`)
  return [delivery, shard]
}

/** The shard's first position at or above the given one. */
function positionOf(
  offset: unknown,
  shard: number,
  { tasks }: ConnectorConfig,
  fingerprint: string,
  place: string,
): number | null {
  if (offset === null) return null
  const shards = tasks.max
  if (!isObject(offset)) throw invalid(place, 'not a valid offset', offset, '{"position": n}, or null')
  const { position, fingerprint: givenFingerprint = fingerprint, shards: givenShards = shards, ...others } = offset
  const unknown = Object.keys(others)
  if (unknown.length > 0)
    throw invalid(place, 'unknown field of an offset', unknown[0], 'position, fingerprint or shards')
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0)
    throw invalid(`${place}.position`, 'not a valid position', position, 'a whole number from 0')
  if (givenFingerprint !== fingerprint)
    throw invalid(`${place}.fingerprint`, "another stream's fingerprint", givenFingerprint, fingerprint)
  if (givenShards !== shards)
    throw invalid(`${place}.shards`, 'a different number of shards', givenShards, String(shards))
  return position + ((((shard - position) % shards) + shards) % shards)
}

function invalid(place: string, what: string, found: unknown, expected: string): GenesisError {
  return new GenesisError('OFFSET_INVALID', what, { place, found: JSON.stringify(found) ?? 'nothing', expected })
}
