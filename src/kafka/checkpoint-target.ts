/** What a checkpoint says about its topic, as it changes: the topic gets more partitions, or another one takes its place. */
import type { TopicDescription } from './admin.js'
import type { CheckpointTarget, TopicCheckpoint } from './checkpoint-record.js'

/**
 * The target of a shard's next checkpoints. `current`: of its last one, if that is known to be of this topic; one of
 * version 0.1 has none, and the topic is taken to have had its partitions from the beginning.
 */
export function targetNow(
  group: string,
  { topic, topicId, partitions }: Pick<TopicDescription, 'topic' | 'topicId' | 'partitions'>,
  current: TopicCheckpoint | null,
): CheckpointTarget {
  const position = current?.position ?? 0
  const begun = current?.target?.partitions ?? [{ position: 0, partitions }]
  // A shard that was moved back comes by what is known of later positions again.
  const history = begun.filter((since) => since.position < position || since === begun[0])
  if (history[0].position > position) return targetFrom(group, { topic, topicId, partitions }, position)
  const grown = history.at(-1)!.partitions !== partitions
  return { group, topic, topicId, partitions: grown ? [...history, { position, partitions }] : history }
}

/** The target of a shard that goes on in a topic that has nothing of it below a position. */
export function targetFrom(
  group: string,
  { topic, topicId, partitions }: Pick<TopicDescription, 'topic' | 'topicId' | 'partitions'>,
  position: number,
): CheckpointTarget {
  return { group, topic, topicId, partitions: [{ position, partitions }] }
}

/** Whether it is the same topic: of the same name, and not deleted and made again, as far as ids tell. */
export function isSameTopic(
  target: Pick<CheckpointTarget, 'topic' | 'topicId'>,
  { topic, topicId }: Pick<TopicDescription, 'topic' | 'topicId'>,
): boolean {
  return target.topic === topic && (target.topicId === topicId || target.topicId === null || topicId === null)
}
