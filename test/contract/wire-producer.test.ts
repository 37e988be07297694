import { ConnectionPool } from '#src/kafka/connection-pool.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { testCluster } from '../support/kafka.js'
import { kafkaProducerContract } from './kafka-producer.js'

const shared = new ConnectionPool(testCluster(), 1)
kafkaProducerContract(
  'the wire producer on a connection that it shares',
  (options) => new WireProducer(testCluster(), options, shared),
  ['none'],
)

// zstd is tried in the ladder's test, on a broker of this machine: not every container image has what zstd-jni needs.
kafkaProducerContract('the wire producer', (options) => new WireProducer(testCluster(), options), [
  'none',
  'gzip',
  'snappy',
  'lz4',
])
