import { escapedName } from '../config/connector.js'
import type { ShardId } from '../record.js'

/**
 * The transactional id of a shard: `<group>-<connector>-<shard>-g<length of group>`, and with several sinks
 * `<group>-<connector>/<sink>-<shard>-g<length of group>`. Names may have dashes but no `/` (it is escaped): the length says where the group
 * ends, and so no two shards share an id. It begins as the earlier form does, which permissions for a prefix rely on.
 */
export function transactionalId(group: string, shard: ShardId): string {
  return `${earlierTransactionalId(group, shard)}-g${group.length}`
}

/** The form of version 0.1: group `g`, connector `a-b` and group `g-a`, connector `b` have the same one. */
export function earlierTransactionalId(group: string, { connector, sink, shard }: ShardId): string {
  return `${group}-${escapedName(connector)}${sink === undefined ? '' : `/${sink}`}-${shard}`
}
