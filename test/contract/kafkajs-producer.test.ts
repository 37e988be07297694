import { KafkajsProducer } from '#src/kafka/kafkajs-producer.js'
import { testCluster } from '../support/kafka.js'
import { kafkaProducerContract } from './kafka-producer.js'

kafkaProducerContract('the kafkajs producer', (options) => new KafkajsProducer(testCluster(), options), [
  'none',
  'gzip',
])
