/** How to reach a Kafka cluster, for all Kafka clients. Its secrets are never logged. */
export interface ClusterOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly tls: TlsOptions | null
  readonly sasl: SaslOptions | null
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
}

/** PEM text, not file names. */
export interface TlsOptions {
  /** The files that it came from, which may change while the worker runs. */
  readonly files?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  readonly serverName?: string
  readonly rejectUnauthorized: boolean
}

export type SaslOptions =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'OAUTHBEARER'
      /** A fixed token; or a grant at the endpoint, by a secret (RFC 6749 §4.4) or an assertion (RFC 7523); or AWS's. */
      readonly token?: string
      /** Path of a file with a JWT. Read for each grant, because its issuer replaces it. */
      readonly assertionFile?: string
      /** Tokens are signed with AWS credentials for the Kafka clusters (MSK) of this region. */
      readonly awsRegion?: string
      readonly tokenEndpoint?: string
      readonly clientId?: string
      readonly clientSecret?: string
      readonly scope?: string
    }
