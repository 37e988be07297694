/** The messages between members and leader in JoinGroup and SyncGroup: JSON, extensible by later versions. */
import { isObject } from '../../config/is-object.js'

/** Protocol type of the group: the coordinator refuses a Kafka Connect cluster with the same group.id. */
export const protocolType = 'genesis-connect'
export const protocolName = 'sticky-1'
/** Version of a member's messages; the leader uses the group's lowest. */
const version = 1

export interface MemberMetadata {
  /** `host:port` of its REST address: the worker id in states. */
  readonly workerId: string
  /** Offset up to which it has read the configurations. */
  readonly configOffset: number
  /** Keys of the tasks it runs. */
  readonly tasks: readonly string[]
  /** The last generation it knows of. */
  readonly generation: number
}

export interface MemberAssignment {
  /** Increasing: the coordinator restarts from 1 if it has forgotten the group. */
  readonly generation: number
  /** Members read the configurations up to here before they start tasks. */
  readonly configOffset: number
  readonly tasks: readonly string[]
  /** The workers of the group, by id. */
  readonly workers: readonly string[]
  /** Milliseconds after which the members rejoin, because a lost worker's tasks wait for it until then; null: none do. */
  readonly rejoinInMs: number | null
}

export function encodeMetadata({ workerId, configOffset, tasks, generation }: MemberMetadata): Buffer {
  return Buffer.from(
    JSON.stringify({ version, worker_id: workerId, config_offset: configOffset, tasks: packed(tasks), generation }),
  )
}

/** A member with an unreadable message is taken to run nothing. */
export function decodeMetadata(bytes: Buffer): MemberMetadata {
  const { worker_id: workerId, config_offset: configOffset, tasks, generation } = parsed(bytes)
  return {
    workerId: textOf(workerId),
    configOffset: numberOf(configOffset),
    tasks: unpacked(tasks),
    generation: numberOf(generation),
  }
}

export function encodeAssignment({ generation, configOffset, tasks, workers, rejoinInMs }: MemberAssignment): Buffer {
  const again = rejoinInMs === null ? {} : { rejoin_in_ms: rejoinInMs }
  const content = { version, generation, config_offset: configOffset, tasks: packed(tasks), workers, ...again }
  return Buffer.from(JSON.stringify(content))
}

export function decodeAssignment(bytes: Buffer): MemberAssignment {
  const { generation, config_offset: configOffset, tasks, workers, rejoin_in_ms: rejoinInMs } = parsed(bytes)
  return {
    generation: numberOf(generation),
    configOffset: numberOf(configOffset),
    tasks: unpacked(tasks),
    workers: Array.isArray(workers) ? workers.map(textOf) : [],
    // Leaders of earlier versions do not send it, and rejoin alone.
    rejoinInMs: rejoinInMs === undefined ? null : numberOf(rejoinInMs),
  }
}

/** Keys are `<delivery>#<shard>`: the name once for all shards of it. */
function packed(tasks: readonly string[]): Readonly<Record<string, readonly number[]>> {
  const shards = new Map<string, number[]>()
  for (const task of tasks) {
    const end = task.lastIndexOf('#')
    const delivery = task.slice(0, end)
    const own = shards.get(delivery)
    if (own === undefined) shards.set(delivery, [Number(task.slice(end + 1))])
    else own.push(Number(task.slice(end + 1)))
  }
  return Object.fromEntries(shards)
}

function unpacked(value: unknown): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([delivery, shards]) =>
    (Array.isArray(shards) ? shards : []).map((shard) => `${delivery}#${numberOf(shard)}`),
  )
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}
