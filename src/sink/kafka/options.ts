import { defineSink } from '../../config/sink-spec.js'

/** A topic. Its keys are the connector's own: topic, key, value, delivery, transaction, compression, producer. */
export interface KafkaSinkConfig {
  readonly type: 'kafka'
}

export const kafkaSpec = defineSink({
  options: {},
  configure: (): KafkaSinkConfig => ({ type: 'kafka' }),
  target: (_config, topic) => `the topic ${topic}`,
  keepsPositions: true,
  rules: ({ topic }) => [
    {
      on: ['topic', 'sink.type'],
      broken: topic === null,
      what: 'the kafka sink needs a topic',
      found: 'none',
      expected: 'topic: <name>',
    },
    {
      on: ['topic', 'sink.type'],
      broken: topic !== null && topic.startsWith('__'),
      what: 'the topic is internal to Kafka',
      found: `${topic}`,
      expected: 'a name that does not start with __',
    },
  ],
})
