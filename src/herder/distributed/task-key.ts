/** Tasks by one text each: `<connector>#<shard>`, `<connector>/<sink>#<shard>`; the connector's name as in an address. */
import type { DeliveryOutline } from '../../connector/outline.js'

export interface TaskName {
  readonly delivery: Pick<DeliveryOutline, 'name' | 'sinkName'>
  readonly shard: number
}

export function taskKey({ delivery: { name, sinkName }, shard }: TaskName): string {
  return `${encodeURIComponent(name)}${sinkName === null ? '' : `/${sinkName}`}#${shard}`
}

/** The reverse of `taskKey`. */
export function taskNameOf(key: string): TaskName {
  const end = key.lastIndexOf('#')
  const [name, sinkName = null] = key.slice(0, end).split('/')
  return { delivery: { name: decodeURIComponent(name), sinkName }, shard: Number(key.slice(end + 1)) }
}
