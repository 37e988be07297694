/** A string key per task: `<connector>#<shard>`, `<connector>/<sink>#<shard>`; the connector's name is URL-encoded. */
import type { DeliveryOutline } from '../connector/outline.js'

/** Identifies a task: a shard of a delivery. */
export interface TaskId {
  readonly delivery: Pick<DeliveryOutline, 'name' | 'sinkName'>
  readonly shard: number
}

export function taskKey({ delivery: { name, sinkName }, shard }: TaskId): string {
  return `${encodeURIComponent(name)}${sinkName === null ? '' : `/${sinkName}`}#${shard}`
}

/** The reverse of `taskKey`. */
export function taskIdOf(key: string): TaskId {
  const end = key.lastIndexOf('#')
  const [name, sinkName = null] = key.slice(0, end).split('/')
  return { delivery: { name: decodeURIComponent(name), sinkName }, shard: Number(key.slice(end + 1)) }
}
