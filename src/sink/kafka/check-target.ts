import { GenesisError } from '../../errors.js'
import type { TopicDescription } from '../../kafka/admin.js'
import type { TopicCheckpoint } from '../../kafka/checkpoint-record.js'
import { isSameTopic } from '../../kafka/checkpoint-target.js'

/** Where a stream is to continue. */
export interface TargetNow {
  readonly group: string
  readonly topic: string
  /** Null: the topic does not exist. */
  readonly found: Pick<TopicDescription, 'topic' | 'topicId' | 'partitions'> | null
  /** Whether it ever had a record, from anyone. */
  readonly hasRecords: boolean
}

/**
 * Refuses to continue where the records before a checkpoint are not: another topic, or one recreated since;
 * or in another worker group, which does not fence the first. Checkpoints of version 0.1 state neither: then the topic
 * must at least have records. Throws CHECKPOINT_INVALID. `place`: of the checkpoint.
 */
export function checkTarget({ position, shards, target }: TopicCheckpoint, now: TargetNow, place: string): void {
  const refuse = (what: string, found: string, expected: string, remedy: string): never => {
    throw new GenesisError('CHECKPOINT_INVALID', what, { place, found, expected, remedy })
  }
  const waysOut =
    'Restart the stream: genesis reset; or continue from this position without the earlier records: genesis reset --keep-position'
  if (target !== undefined && target.group !== now.group) {
    refuse(
      'the connector belongs to another worker group, which would not be fenced',
      `group ${target.group}`,
      `group ${now.group}`,
      `Give the connector another name, or set group.id to ${target.group}. To take it over from that group: genesis reset --keep-position`,
    )
  }
  const started = target === undefined ? `topic ${now.topic}` : topicName(target)
  if (target !== undefined && target.topic !== now.topic) {
    const expected = now.found === null ? `topic ${now.topic}` : topicName(now.found)
    refuse('the stream was started in another topic', started, expected, `Undo the change. ${waysOut}`)
  }
  if (now.found === null) refuse("the stream's topic was deleted", `no topic ${now.topic}`, started, waysOut)
  else if (target !== undefined && !isSameTopic(target, now.found)) {
    refuse('the topic was deleted and recreated since the last commit', topicName(now.found), started, waysOut)
  } else if (target === undefined && position >= shards && !now.hasRecords) {
    refuse('the topic has never had a record', topicName(now.found), `the records before position ${position}`, waysOut)
  }
}

function topicName({ topic, topicId }: { readonly topic: string; readonly topicId: string | null }): string {
  return topicId === null ? `topic ${topic}` : `topic ${topic} (id ${topicId})`
}
