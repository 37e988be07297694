import { escapedName } from '../config/connector.js'
import type { ShardId } from '../record.js'

/**
 * A shard's transactional id: `<group>-<connector>-<shard>-g<length of group>`, and with several sinks
 * `<group>-<connector>/<sink>-<shard>-g<length of group>`. Names may contain dashes but no `/` (it is escaped); the length tells where the
 * group ends, so that no two shards share an id. It starts like the earlier form, which prefix ACLs rely on.
 */
export function transactionalId(group: string, shard: ShardId): string {
  return `${earlierTransactionalId(group, shard)}-g${group.length}`
}

/** The form of version 0.1, which was ambiguous: group `g`, connector `a-b` and group `g-a`, connector `b` got the same id. */
export function earlierTransactionalId(group: string, { connector, sink, shard }: ShardId): string {
  return `${group}-${escapedName(connector)}${sink === undefined ? '' : `/${sink}`}-${shard}`
}
