/**
 * A transactional id at its coordinator (KIP-98, KIP-360, KIP-890): InitProducerId, AddPartitionsToTxn, EndTxn. Waits out
 * responses that mean "not now, and nothing was done"; a lost response rejects.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  FindCoordinatorKeyTypes,
  addPartitionsToTxnV3,
  createAPI,
  describeTransactionsV0,
  endTxnV3,
  endTxnV4,
  findCoordinatorV4,
  findCoordinatorV5,
  findCoordinatorV6,
  initProducerIdV3,
  initProducerIdV4,
  initProducerIdV5,
} from '../platformatic.js'
import type { API } from '@platformatic/kafka'
import type { ClusterConnections } from '../cluster-connections.js'
import { protocolFailure } from '../errors.js'
import type { KafkaContext } from '../errors.js'
import { tolerant } from '../platformatic-connection.js'
import type { BrokerConnection } from '../platformatic-connection.js'
import { MarkerWait } from './marker-wait.js'
import { fastBackoff, slowBackoff, retryUntil } from './retry-until.js'
import type { ProducerIdentity } from './record-batch.js'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * ours: nobody else has touched it. aborted: ended from outside, by its timeout or by a new owner that is
 * initialising. taken: it has a new owner. unknown: the coordinator cannot be reached.
 */
export type Standing = 'ours' | 'aborted' | 'taken' | 'unknown'

interface Answer {
  readonly code: number
  readonly throttleMs: number
}

type EndTxnV5 = API<
  [transactionalId: string, producerId: bigint, producerEpoch: number, committed: boolean],
  { throttleTimeMs: number; errorCode: number; producer: ProducerIdentity }
>

/** EndTxn Response (Version: 5) => throttle_time_ms error_code producer_id producer_epoch TAG_BUFFER */
const endTxnV5: EndTxnV5 = createAPI(26, 5, endTxnV4.createRequest, (_correlationId, _apiKey, _apiVersion, reader) => ({
  throttleTimeMs: reader.readInt32(),
  errorCode: reader.readInt16(),
  producer: { id: reader.readInt64(), epoch: reader.readInt16() },
}))

const loading = 14
const coordinatorUnavailable = 15
const notCoordinator = 16
const concurrentTransactions = 51
const unknownTopicOrPartition = 3
const operationNotAttempted = 55
const movedCodes: readonly number[] = [loading, coordinatorUnavailable, notCoordinator]
/** Also returned by a broker that has just started and does not know the topics yet. */
const passingCodes: readonly number[] = [...movedCodes, concurrentTransactions, unknownTopicOrPartition]

/** States of a transaction ended from outside, until the next owner has initialised. */
const abortedStates: readonly string[] = ['PrepareEpochFence', 'PrepareAbort', 'CompleteAbort']

/** Decided, and its markers are being written: the next transaction cannot begin. */
const endingStates: readonly string[] = ['PrepareCommit', 'PrepareAbort']

/** How long to wait for the coordinator to tell. */
const answerMs = 100

export class TransactionCoordinator {
  readonly #connections: ClusterConnections
  readonly #transactionalId: string
  readonly #limitMs: number
  readonly #context: KafkaContext
  #node = -1
  #producer: ProducerIdentity = { id: -1n, epoch: -1 }
  readonly #markers = new MarkerWait(() => this.#areMarkersWritten())
  readonly #onThrottle: (ms: number) => void

  /** `limitMs`: how long temporary errors are waited out. `onThrottle`: called with how long a quota throttles the connection. */
  constructor(
    connections: ClusterConnections,
    transactionalId: string,
    limitMs: number,
    onThrottle: (ms: number) => void = () => {},
  ) {
    this.#onThrottle = onThrottle
    this.#connections = connections
    this.#transactionalId = transactionalId
    this.#limitMs = limitMs
    this.#context = { transactionalId }
  }

  get producer(): ProducerIdentity {
    return this.#producer
  }

  /**
   * Fences every earlier owner and ends its open transaction. Retried if the response is lost: a duplicate
   * request only bumps the epoch.
   */
  async fence(transactionTimeoutMs: number): Promise<void> {
    await retryUntil(this.#limitMs, slowBackoff, this.#context, async () => {
      try {
        await this.#ask(async (broker) => {
          const api = broker.choose(initProducerIdV3.api, initProducerIdV4.api, initProducerIdV5.api)
          const answer = await tolerant(
            api.async(broker.connection, this.#transactionalId, transactionTimeoutMs, -1n, -1),
          )
          this.#producer = { id: answer.producerId, epoch: answer.producerEpoch }
          return { code: answer.errorCode, throttleMs: answer.throttleTimeMs }
        })
      } catch (error) {
        const node = this.#node
        this.#node = -1
        if (node >= 0) await this.#connections.drop(node)
        throw error
      }
    })
  }

  /** Whether the cluster and this coordinator speak transactions v2 (KIP-890). */
  async speaksV2(): Promise<boolean> {
    const broker = await this.connect()
    return broker.feature('transaction.version') >= 2 && broker.maxVersion(endTxnV5.key) >= endTxnV5.version
  }

  /** The coordinator's connection, looked up and opened if necessary. */
  async connect(): Promise<BrokerConnection> {
    if (this.#node < 0) this.#node = await this.#find()
    return this.#connections.broker(this.#node)
  }

  /** Adds partitions to the transaction, which begins it (transactions v1). */
  async add(partitions: readonly TopicPartition[]): Promise<void> {
    const topics = new Map<string, number[]>()
    for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition])
    const transaction = {
      transactionalId: this.#transactionalId,
      producerId: this.#producer.id,
      producerEpoch: this.#producer.epoch,
      verifyOnly: false,
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
    }
    await this.#ask(async (broker) => {
      const answer = await tolerant(broker.choose(addPartitionsToTxnV3.api).async(broker.connection, [transaction]))
      const codes = answer.resultsByTransaction.flatMap(({ topicResults }) =>
        topicResults.flatMap(({ resultsByPartition }) => resultsByPartition.map((result) => result.partitionErrorCode)),
      )
      const failed = codes.filter((code) => code !== 0)
      const code = failed.find((code) => code !== operationNotAttempted) ?? failed.at(0) ?? 0
      return { code, throttleMs: answer.throttleTimeMs }
    })
  }

  /** Commits or aborts. In transactions v2 the response carries the epoch of the next one. */
  async end(commit: boolean, v2: boolean): Promise<void> {
    const { id, epoch } = this.#producer
    await this.#ask(async (broker) => {
      if (v2) {
        const answer = await endTxnV5.async(broker.connection, this.#transactionalId, id, epoch, commit)
        if (answer.errorCode === 0) this.#producer = answer.producer
        this.#markers.ended()
        return { code: answer.errorCode, throttleMs: answer.throttleTimeMs }
      }
      const api = broker.choose(endTxnV3.api, endTxnV4.api)
      const answer = await tolerant(api.async(broker.connection, this.#transactionalId, id, epoch, commit))
      return { code: answer.errorCode, throttleMs: answer.throttleTimeMs }
    })
  }

  /** Transactions v2: resolves when the broker accepts the first records of another one. Never rejects. */
  mayBegin(): Promise<void> {
    return this.#markers.passed()
  }

  async #areMarkersWritten(): Promise<boolean> {
    const state = this.#describe().then(({ transactionState }) => transactionState)
    // Without an answer, the records show what is wrong.
    const silence = sleep(answerMs, 'unknown', { ref: false })
    return !endingStates.includes(await Promise.race([state, silence]).catch(() => 'unknown'))
  }

  async #describe() {
    const { connection } = await this.connect()
    const { transactionStates } = await describeTransactionsV0.api.async(connection, [this.#transactionalId])
    return transactionStates[0]
  }

  /** The state of the transaction at the coordinator. Never rejects. */
  async standing(): Promise<Standing> {
    try {
      const { producerId, producerEpoch, transactionState } = await this.#describe()
      if (producerId !== this.#producer.id) return 'taken'
      if (producerEpoch === this.#producer.epoch) return 'ours'
      return abortedStates.includes(transactionState) ? 'aborted' : 'taken'
    } catch {
      return 'unknown'
    }
  }

  async #ask(request: (broker: BrokerConnection) => Promise<Answer>): Promise<void> {
    let deadline: number | null = null
    for (let waitMs = fastBackoff.firstMs; ; waitMs = Math.min(waitMs * 1.5, fastBackoff.maxMs)) {
      // The connection delays it while a quota throttles.
      const { code, throttleMs } = await request(await this.connect())
      if (throttleMs > 0) this.#onThrottle(throttleMs)
      if (code === 0) return
      if (movedCodes.includes(code)) this.#node = -1
      deadline ??= performance.now() + this.#limitMs
      if (!passingCodes.includes(code) || performance.now() + waitMs > deadline)
        throw protocolFailure(code, this.#context)
      await sleep(waitMs)
    }
  }

  async #find(): Promise<number> {
    return retryUntil(this.#limitMs, slowBackoff, this.#context, async () => {
      const broker = await this.#connections.any()
      const api = broker.choose(findCoordinatorV4.api, findCoordinatorV5.api, findCoordinatorV6.api)
      const { coordinators } = await tolerant(
        api.async(broker.connection, FindCoordinatorKeyTypes.TRANSACTION, [this.#transactionalId]),
      )
      const { errorCode, errorMessage, nodeId } = coordinators[0]
      if (errorCode !== 0) throw protocolFailure(errorCode, this.#context, errorMessage)
      return nodeId
    })
  }
}

/** A producer id without a transactional id: for idempotence only. */
export function idempotentIdentity(connections: ClusterConnections, limitMs: number): Promise<ProducerIdentity> {
  return retryUntil(limitMs, slowBackoff, {}, async () => {
    const broker = await connections.any()
    const api = broker.choose(initProducerIdV3.api, initProducerIdV4.api, initProducerIdV5.api)
    let answer
    try {
      answer = await tolerant(api.async(broker.connection, null, 0, -1n, -1))
    } catch (error) {
      await broker.close()
      throw error
    }
    // The broker said "not now": the connection itself is fine.
    if (answer.errorCode !== 0) throw protocolFailure(answer.errorCode)
    return { id: answer.producerId, epoch: answer.producerEpoch }
  })
}
