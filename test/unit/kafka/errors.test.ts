import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError, ResponseError, TimeoutError } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import type { ErrorCode } from '#src/errors.js'
import { GenesisError } from '#src/errors.js'
import { kafkaError, protocolFailure } from '#src/kafka/errors.js'
import { protocolError, protocolErrors } from '#src/kafka/protocol-errors.js'
import type { ProtocolErrorKind } from '#src/kafka/protocol-errors.js'

// Its CommonJS exports are made at run time, where named imports cannot see them.
const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs

test('every code from -1 to 133 but 0 has exactly one row', () => {
  const codes = Array.from({ length: 135 }, (_, i) => i - 1).filter((code) => code !== 0)
  assert.deepEqual([...protocolErrors.keys()], codes)
  assert.equal(new Set([...protocolErrors.values()].map(({ name }) => name)).size, codes.length)
})

const expectedCodes: Record<ProtocolErrorKind, readonly ErrorCode[]> = {
  retriable: ['KAFKA_RETRIABLE', 'KAFKA_TIMEOUT'],
  fenced: ['KAFKA_FENCED'],
  abortable: ['KAFKA_TRANSACTION_ABORTED'],
  authentication: ['KAFKA_AUTHENTICATION'],
  authorization: ['KAFKA_AUTHORIZATION'],
  fatal: ['KAFKA_REJECTED', 'RECORD_TOO_LARGE'],
}

for (const { code, name, kind } of protocolErrors.values())
  test(`${name} (${code}) is ${kind}, and the message names it and the topic`, () => {
    const error = protocolFailure(code, { topic: 'orders', partition: 3 })
    assert.ok(expectedCodes[kind].includes(error.code), error.code)
    assert.equal(error.retriable, kind === 'retriable' || kind === 'abortable')
    assert.match(error.message, new RegExp(name))
    if (!/^(GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION/.test(name)) assert.match(error.message, /orders/)
  })

test("the table agrees with @platformatic/kafka's on every name it knows", () => {
  for (const { code, name } of protocolErrors.values()) {
    if (code > 127) continue
    assert.equal(new ProtocolError(code).apiId, name)
  }
})

test('credentials at a listener that asks for none are told apart from wrong ones', () => {
  const message = (code: number): string => protocolFailure(code, { broker: 'a:9092' }).message
  assert.match(message(34), /^broker a:9092: this listener does not use SASL; .*Remove kafka\.sasl/)
  assert.match(message(58), /^broker a:9092: the broker refuses the credentials; .*Check kafka\.sasl/)
})

test('a code from a newer broker is retriable and shown as a number', () => {
  assert.equal(protocolError(4711).kind, 'retriable')
  assert.match(protocolFailure(4711).message, /4711/)
})

test('a denied operation names operation, resource and the command that grants it', () => {
  const message = (code: number, context: Parameters<typeof protocolFailure>[1]): string =>
    protocolFailure(code, context).message
  assert.match(
    message(29, { topic: 'orders', operation: 'Create' }),
    /denies Create on topic orders.*--operation Create --topic orders/,
  )
  assert.match(message(53, { transactionalId: 'g-c-0' }), /denies Write on transactional id g-c-0/)
  assert.match(message(31, { operation: 'Create' }), /denies Create on the cluster/)
  assert.match(message(31, {}), /denies IdempotentWrite on the cluster/)
})

test('a record too large names the limit of the topic', () => {
  const error = protocolFailure(10, { topic: 'orders', partition: 1, maxMessageBytes: 1000 })
  assert.equal(error.code, 'RECORD_TOO_LARGE')
  assert.match(error.message, /topic orders, partition 1: .*at most 1000 bytes \(max.message.bytes/)
})

test("@platformatic/kafka's answers are told by their codes, however deep", () => {
  const response = new ResponseError(0, 9, { '/topics/0': [90, 'newer epoch'] }, {})
  const error = kafkaError(new Error('outer', { cause: response }), { topic: 'orders' })
  assert.equal(error.code, 'KAFKA_FENCED')
  assert.match(error.message, /PRODUCER_FENCED \(newer epoch\)/)
  assert.equal(kafkaError(new TimeoutError('Request timed out')).code, 'KAFKA_TIMEOUT')
  assert.equal(kafkaError(new TimeoutError('Connection to a:1 timed out.')).code, 'KAFKA_UNREACHABLE')
})

test("kafkajs's errors are told by their codes, those it does not know too", () => {
  const known = new KafkaJSProtocolError({
    type: 'MESSAGE_TOO_LARGE',
    code: 10,
    message: 'too large',
    retriable: false,
  } as never)
  assert.equal(kafkaError(known).code, 'RECORD_TOO_LARGE')
  const unknown = { type: 'KAFKAJS_UNKNOWN_ERROR_CODE', code: -99, message: 'Unknown error code 120', retriable: false }
  assert.equal(kafkaError(new KafkaJSProtocolError(unknown as never)).code, 'KAFKA_TRANSACTION_ABORTED')
  const refused = new KafkaJSConnectionError('Connection error: connect ECONNREFUSED', { code: 'ECONNREFUSED' })
  const wrapped = new KafkaJSNumberOfRetriesExceeded(refused, { retryCount: 5, retryTime: 1 })
  assert.equal(kafkaError(wrapped).code, 'KAFKA_UNREACHABLE')
})

test('a failing certificate is not retried', () => {
  const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const error = kafkaError(new Error('Connection to a:1 failed.', { cause }), { broker: 'a:1' })
  assert.equal(error.code, 'KAFKA_AUTHENTICATION')
  assert.match(error.message, /broker a:1: TLS.*self-signed certificate/)
})

test('a GenesisError is returned as is, and a bug stays a bug', () => {
  const told = new GenesisError('TOPIC_MISSING', 'gone')
  assert.equal(kafkaError(new Error('outer', { cause: told })), told)
  assert.equal(kafkaError(new TypeError('x is not a function')).code, 'INTERNAL')
})
