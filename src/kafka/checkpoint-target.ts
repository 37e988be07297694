/** How a checkpoint's target changes: the topic gains partitions or is replaced by another. */
import type { TopicDescription } from './admin.js'
import type { CheckpointTarget, TopicCheckpoint } from './checkpoint-record.js'

/**
 * The target of a shard's next checkpoints. `current`: that of the last one, if known to be of this topic. Version 0.1 stored
 * none; its topics are assumed to have had their current partitions from the start.
 */
export function targetNow(
  group: string,
  { topic, topicId, partitions }: Pick<TopicDescription, 'topic' | 'topicId' | 'partitions'>,
  current: TopicCheckpoint | null,
): CheckpointTarget {
  const position = current?.position ?? 0
  const begun = current?.target?.partitions ?? [{ position: 0, partitions }]
  // A shard that was moved back will pass the known later positions again.
  const history = begun.filter((since) => since.position < position || since === begun[0])
  if (history[0].position > position) return targetFrom(group, { topic, topicId, partitions }, position)
  const grown = history.at(-1)!.partitions !== partitions
  return { group, topic, topicId, partitions: grown ? [...history, { position, partitions }] : history }
}

/** The target of a shard that continues in a topic without any of its records below a position. */
export function targetFrom(
  group: string,
  { topic, topicId, partitions }: Pick<TopicDescription, 'topic' | 'topicId' | 'partitions'>,
  position: number,
): CheckpointTarget {
  return { group, topic, topicId, partitions: [{ position, partitions }] }
}

/** Whether it is the same topic: same name and, as far as ids tell, not recreated. */
export function isSameTopic(
  target: Pick<CheckpointTarget, 'topic' | 'topicId'>,
  { topic, topicId }: Pick<TopicDescription, 'topic' | 'topicId'>,
): boolean {
  return target.topic === topic && (target.topicId === topicId || target.topicId === null || topicId === null)
}
