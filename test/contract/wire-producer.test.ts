import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { testCluster } from '../support/kafka.js'
import { kafkaProducerContract } from './kafka-producer.js'

// zstd is tried in the ladder's test, on a broker of this machine: not every container image has what zstd-jni needs.
kafkaProducerContract('the wire producer', (options) => new WireProducer(testCluster(), options), [
  'none',
  'gzip',
  'snappy',
  'lz4',
])
