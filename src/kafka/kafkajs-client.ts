import { Kafka, logLevel } from 'kafkajs'
import type { KafkaConfig, RetryOptions, SASLOptions } from 'kafkajs'
import type { ClusterOptions, SaslOptions } from '../config/cluster.js'
import { bearerToken } from './oauth-token.js'

/** A kafkajs client for a cluster. It logs nothing: what goes wrong is in the errors it rejects with. */
export function createKafkajsClient(cluster: ClusterOptions, retry: RetryOptions): Kafka {
  return new Kafka(kafkajsConfig(cluster, retry))
}

function kafkajsConfig(cluster: ClusterOptions, retry: RetryOptions): KafkaConfig {
  const { tls, sasl } = cluster
  return {
    clientId: cluster.clientId,
    brokers: [...cluster.brokers],
    connectionTimeout: cluster.connectTimeoutMs,
    authenticationTimeout: cluster.connectTimeoutMs,
    requestTimeout: cluster.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry,
    logLevel: logLevel.NOTHING,
    ssl:
      tls === null
        ? undefined
        : {
            ca: tls.ca,
            cert: tls.cert,
            key: tls.key,
            passphrase: tls.passphrase,
            // Left out rather than undefined: kafkajs sets the host's name otherwise.
            ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
            rejectUnauthorized: tls.rejectUnauthorized,
          },
    sasl: sasl === null ? undefined : kafkajsSasl(sasl, cluster.requestTimeoutMs),
  }
}

function kafkajsSasl(sasl: SaslOptions, timeoutMs: number): SASLOptions {
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username: sasl.username, password: sasl.password }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username: sasl.username, password: sasl.password }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username: sasl.username, password: sasl.password }
    case 'OAUTHBEARER':
      return {
        mechanism: 'oauthbearer',
        oauthBearerProvider: async () => ({ value: await bearerToken(sasl, timeoutMs) }),
      }
  }
}
