/**
 * Maps errors of both Kafka libraries and of the protocol to GenesisError. Neither library is imported: errors are recognised
 * by their names and codes, so that the same failure gives the same code and message with either client.
 */
import { GenesisError } from '../errors.js'
import { protocolError } from './protocol-errors.js'
import type { ProtocolErrorRow } from './protocol-errors.js'

/** What was being attempted, for the message. */
export interface KafkaContext {
  readonly broker?: string
  readonly topic?: string
  readonly partition?: number
  readonly transactionalId?: string | null
  /** A consumer or worker group. */
  readonly group?: string
  /** The ACL operation required, as Kafka names it. Default: Write. */
  readonly operation?: 'Read' | 'Write' | 'Create' | 'Delete' | 'Describe' | 'DescribeConfigs'
  /** The topic's max.message.bytes, if known. */
  readonly maxMessageBytes?: number
  /** The topic holds dead letters. */
  readonly deadLetters?: boolean
}

/** The error for a protocol error code (not 0). `message` is the broker's own text, if it sent one. */
export function protocolFailure(
  code: number,
  context: KafkaContext = {},
  message?: string | null,
  cause?: unknown,
): GenesisError {
  const row = protocolError(code)
  const place = placeOf(context)
  const found = message ? `${row.name} (${message})` : row.name
  switch (row.kind) {
    case 'authentication':
      return row.name === 'ILLEGAL_SASL_STATE'
        ? withoutSasl(found, place, cause)
        : authenticationFailure(found, place, cause)
    case 'authorization':
      return authorizationFailure(row, context, found, cause)
    case 'fenced':
      return new GenesisError('KAFKA_FENCED', 'another worker has taken over the shard', {
        place,
        found,
        remedy:
          'Run each connector in only one worker (group); to send a stream twice, give the second connector its own name and topic',
        cause,
      })
    case 'abortable':
      return new GenesisError('KAFKA_TRANSACTION_ABORTED', 'the transaction cannot be committed', {
        place,
        found,
        cause,
      })
    case 'retriable':
      if (row.name === 'REQUEST_TIMED_OUT')
        return new GenesisError('KAFKA_TIMEOUT', 'the broker did not answer in time', { place, found, cause })
      return new GenesisError('KAFKA_RETRIABLE', 'temporary broker error', { place, found, cause })
    case 'fatal':
      return rejection(row, context, found, cause)
  }
}

/** Maps anything thrown by kafkajs or @platformatic/kafka to a GenesisError; an existing GenesisError is returned as is. */
export function kafkaError(thrown: unknown, context: KafkaContext = {}): GenesisError {
  const chain = [...causes(thrown)]
  for (const error of chain) if (error instanceof GenesisError) return error
  for (const error of chain) {
    const code = protocolCode(error)
    if (code !== null) return protocolFailure(code, context, brokerMessage(error), thrown)
  }
  const place = placeOf(context)
  const told = chain.find((error) => error.message !== '')?.message ?? String(thrown)
  if (chain.some((error) => marks(error).some((mark) => authenticationMarks.has(mark))))
    return authenticationFailure(chain.at(-1)?.message ?? told, place, thrown)
  const tls = chain.find((error) => marks(error).some((mark) => tlsMark.test(mark)))
  if (tls !== undefined)
    return new GenesisError('KAFKA_AUTHENTICATION', 'TLS handshake with the broker failed', {
      place,
      found: tlsReason(tls),
      remedy: 'Check kafka.tls: the CA, the client certificate, the server name, and that the listener uses TLS',
      cause: thrown,
    })
  if (chain.some(({ name }) => name === 'RecordBatchError'))
    return new GenesisError('KAFKA_REJECTED', 'a record batch cannot be read', { place, found: told, cause: thrown })
  const network = chain.find((error) => marks(error).some((mark) => networkMarks.has(mark)))
  if (network !== undefined || connectTimeout.test(told))
    return new GenesisError('KAFKA_UNREACHABLE', 'no broker answers', {
      place,
      found: network?.message ?? told,
      remedy: 'Check kafka.brokers, the network, and whether the listener requires TLS or SASL',
      cause: thrown,
    })
  if (chain.some((error) => timeoutMarks.has(error.name)) || requestTimeout.test(told))
    return new GenesisError('KAFKA_TIMEOUT', 'the broker did not answer in time', { place, found: told, cause: thrown })
  if (chain.some((error) => libraryMark.test(error.name) || marks(error).some((mark) => libraryMark.test(mark))))
    return new GenesisError('KAFKA_RETRIABLE', 'the Kafka client failed', { place, found: told, cause: thrown })
  return new GenesisError('INTERNAL', told, { place, cause: thrown })
}

const authenticationMarks = new Set(['KafkaJSSASLAuthenticationError', 'PLT_KFK_AUTHENTICATION'])
const tlsMark =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(VERIFY|GET_ISSUER)|EPROTO$|PLT_KFK_USER$)/
const networkMarks = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EPIPE'],
  ...['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSNoBrokerAvailableError'],
])
const timeoutMarks = new Set(['KafkaJSRequestTimeoutError', 'KafkaJSLockTimeout', 'KafkaJSTimeout'])
const connectTimeout = /^(Connection to .* (timed out|failed)|Connection ready timed out|Connection closed)/
const requestTimeout = /^Request timed out/
const libraryMark = /^(KafkaJS|PLT_KFK_)/

/** OpenSSL messages include its source file names; the reason is a part of them. */
function tlsReason(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message.trim()
}

/** The error and everything it wraps or was caused by, outermost first. */
function* causes(thrown: unknown, depth = 0): Generator<Error> {
  if (!(thrown instanceof Error) || depth > 8) return
  yield thrown
  if ('errors' in thrown && Array.isArray(thrown.errors))
    for (const inner of thrown.errors) yield* causes(inner, depth + 1)
  yield* causes(thrown.cause, depth + 1)
}

function marks(error: Error): string[] {
  return 'code' in error && typeof error.code === 'string' ? [error.name, error.code] : [error.name]
}

function protocolCode(error: Error): number | null {
  // @platformatic/kafka's ProtocolError
  if ('apiCode' in error && typeof error.apiCode === 'number') return error.apiCode
  // kafkajs only knows codes up to 88; newer ones appear only in the message.
  if ('type' in error && typeof error.type === 'string' && 'code' in error && typeof error.code === 'number') {
    const unknown = /^Unknown error code (-?\d+)$/.exec(error.message)
    return unknown === null ? error.code : Number(unknown[1])
  }
  return null
}

function brokerMessage(error: Error): string | null {
  return 'serverErrorMessage' in error && typeof error.serverErrorMessage === 'string' ? error.serverErrorMessage : null
}

function placeOf({ broker, topic, partition, transactionalId, group }: KafkaContext): string | undefined {
  if (topic !== undefined) return partition === undefined ? `topic ${topic}` : `topic ${topic}, partition ${partition}`
  if (transactionalId !== undefined && transactionalId !== null) return `transactional id ${transactionalId}`
  if (group !== undefined) return `group ${group}`
  return broker === undefined ? undefined : `broker ${broker}`
}

function authenticationFailure(found: string, place: string | undefined, cause: unknown): GenesisError {
  return new GenesisError('KAFKA_AUTHENTICATION', 'the broker refuses the credentials', {
    place,
    found,
    remedy: 'Check kafka.sasl: mechanism, username and password (or token)',
    cause,
  })
}

/** KIP-152: a listener without SASL rejects the handshake as an illegal state. */
function withoutSasl(found: string, place: string | undefined, cause: unknown): GenesisError {
  return new GenesisError('KAFKA_AUTHENTICATION', 'this listener does not use SASL', {
    place,
    found,
    remedy:
      'Remove kafka.sasl (KAFKA_SASL_MECHANISM), or point kafka.brokers at a SASL listener, which has its own port',
    cause,
  })
}

function authorizationFailure(
  row: ProtocolErrorRow,
  context: KafkaContext,
  found: string,
  cause: unknown,
): GenesisError {
  const operation = context.operation ?? 'Write'
  const [right, resource, option] = ((): [string, string, string] => {
    if (row.name === 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
      return [
        'Write',
        `transactional id ${context.transactionalId ?? ''}`.trim(),
        `--transactional-id ${context.transactionalId ?? '…'}`,
      ]
    if (row.name === 'CLUSTER_AUTHORIZATION_FAILED')
      return operation === 'Create'
        ? [operation, 'the cluster', '--cluster']
        : ['IdempotentWrite', 'the cluster', '--cluster']
    if (row.name === 'GROUP_AUTHORIZATION_FAILED')
      return ['Read', `group ${context.group ?? ''}`.trim(), `--group ${context.group ?? '…'}`]
    return [operation, `topic ${context.topic ?? ''}`.trim(), `--topic ${context.topic ?? '…'}`]
  })()
  return new GenesisError('KAFKA_AUTHORIZATION', `the broker denies ${right} on ${resource}`, {
    found,
    remedy: `Grant it: kafka-acls --add --allow-principal User:… --operation ${right} ${option}`,
    cause,
  })
}

function rejection(row: ProtocolErrorRow, context: KafkaContext, found: string, cause: unknown): GenesisError {
  const place = placeOf(context)
  if (row.name === 'MESSAGE_TOO_LARGE' || row.name === 'RECORD_LIST_TOO_LARGE')
    return recordTooLarge(context, found, cause)
  const remedy = remedies[row.name]
  return new GenesisError('KAFKA_REJECTED', 'the broker refuses the request', { place, found, remedy, cause })
}

const remedies: Readonly<Record<string, string | undefined>> = {
  INVALID_TRANSACTION_TIMEOUT: "Set transaction.timeout to at most the broker's transaction.max.timeout.ms",
  INVALID_TIMESTAMP: "Raise the topic's message.timestamp.before.max.ms or after.max.ms, or use other event times",
  INVALID_SESSION_TIMEOUT:
    "Keep the group's session timeout within the broker's group.min.session.timeout.ms and group.max.session.timeout.ms",
  GROUP_MAX_SIZE_REACHED: "Raise the broker's group.max.size, or start a second group",
  INVALID_REPLICATION_FACTOR: 'Request at most as many replicas as there are brokers, or -1 for the broker default',
  UNSUPPORTED_COMPRESSION_TYPE: 'Choose another compression, or upgrade the brokers',
  UNSUPPORTED_VERSION: 'Use Kafka 2.8 or later',
}

/** A record exceeding the topic's max.message.bytes. `found`: its size, or the broker's response. */
export function recordTooLarge(context: KafkaContext, found: string, cause?: unknown): GenesisError {
  const what = context.deadLetters
    ? 'a dead letter is larger than its topic allows'
    : 'a record is larger than the topic allows'
  return new GenesisError('RECORD_TOO_LARGE', what, {
    place: placeOf(context),
    found,
    expected:
      context.maxMessageBytes === undefined
        ? undefined
        : `at most ${context.maxMessageBytes} bytes (max.message.bytes of the topic)`,
    remedy: context.deadLetters
      ? "Raise this topic's max.message.bytes, or remove the dead letter topic: skipped records are then only counted"
      : "Raise the topic's max.message.bytes, or make the records smaller",
    cause,
  })
}
