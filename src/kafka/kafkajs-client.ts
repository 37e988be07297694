import { Kafka, logLevel } from 'kafkajs'
import type { AuthenticationProviderArgs, Authenticator, KafkaConfig, RetryOptions } from 'kafkajs'
import type { ClusterOptions, SaslOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { bearerToken } from './oauth-token.js'

/** How long before their end sessions are renewed: kafkajs's default of 10 s would renew a short one on every request. */
const reauthenticationThreshold = 3_000

/** A kafkajs client for a cluster. It logs nothing: its rejections say what went wrong. */
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
    reauthenticationThreshold,
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
            // Omitted rather than undefined: kafkajs would set the host's name otherwise.
            ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
            rejectUnauthorized: tls.rejectUnauthorized,
          },
    sasl: sasl === null ? undefined : kafkajsSasl(sasl, cluster.requestTimeoutMs),
  }
}

function kafkajsSasl(sasl: SaslOptions, timeoutMs: number): KafkaConfig['sasl'] {
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
        authenticationProvider: (connection) => bearerAuthenticator(connection, () => bearerToken(sasl, timeoutMs)),
      }
  }
}

const lengthBytes = 4

/** kafkajs's own mechanism takes a refused token for accepted, then finds the connection closed. */
function bearerAuthenticator(
  { host, port, saslAuthenticate }: AuthenticationProviderArgs,
  token: () => Promise<string>,
): Authenticator {
  return {
    authenticate: async () => {
      const message = Buffer.from(`n,,\x01auth=Bearer ${await token()}\x01\x01`)
      const length = Buffer.alloc(lengthBytes)
      length.writeInt32BE(message.length)
      await saslAuthenticate({
        request: { encode: () => Buffer.concat([length, message]) },
        response: {
          decode: (answer) => answer.subarray(lengthBytes),
          // RFC 7628 §3.2.2: a server refuses a token with a JSON challenge and accepts one with an empty response.
          parse: (challenge) => {
            if (challenge.length > 0)
              throw new GenesisError('KAFKA_AUTHENTICATION', 'the broker refuses the credentials', {
                place: `broker ${host}:${port}`,
                found: challenge.toString('utf8'),
                remedy: 'Check kafka.sasl: the token, or the endpoint that issues it',
              })
          },
        },
      })
    },
  }
}
