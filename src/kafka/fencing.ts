/** Fences and inspects transactional ids owned by others. Expects connections that have the cluster's metadata. */
import { describeTransactionsV0, listTransactionsV0 } from './platformatic.js'
import type { ClusterConnections } from './cluster-connections.js'
import { protocolFailure } from './errors.js'
import { protocolError } from './protocol-errors.js'
import { tolerant } from './platformatic-connection.js'
import { retryUntil, slowBackoff } from './wire/retry-until.js'
import { TransactionCoordinator } from './wire/transaction-coordinator.js'

/** For the producer that InitProducerId creates and nobody uses; below any transaction.max.timeout.ms in practice. */
const unusedTimeoutMs = 10_000
const unknownId = 105

/** A transaction as its coordinator describes it (KIP-664): Empty, Ongoing, PrepareCommit, CompleteCommit, … */
export interface DescribedTransaction {
  readonly state: string
  readonly producerId: bigint
  readonly timeoutMs: number
  /** Ms since 1970; -1: none is open. */
  readonly startedAt: number
}

/**
 * Aborts the open transaction of each id's owner and fences the owner: its next request is refused. Rejects with
 * KAFKA_AUTHORIZATION, or with the last temporary error after `limitMs`.
 */
export async function fenceIds(
  connections: ClusterConnections,
  ids: readonly string[],
  limitMs: number,
): Promise<void> {
  await Promise.all(ids.map((id) => new TransactionCoordinator(connections, id, limitMs).fence(unusedTimeoutMs)))
}

/** Null: the coordinator does not know the id (any more) or cannot say: a broker before 3.0, or no permission. */
export async function describeTransaction(
  connections: ClusterConnections,
  id: string,
  limitMs: number,
): Promise<DescribedTransaction | null> {
  const { api } = describeTransactionsV0
  return retryUntil(limitMs, slowBackoff, { transactionalId: id }, async () => {
    const broker = await new TransactionCoordinator(connections, id, limitMs).connect()
    if (broker.maxVersion(api.key) < api.version) return null
    const [found] = (await tolerant(api.async(broker.connection, [id]))).transactionStates
    if (found.errorCode === unknownId || protocolError(found.errorCode).kind === 'authorization') return null
    if (found.errorCode !== 0) throw protocolFailure(found.errorCode, { transactionalId: id, operation: 'Describe' })
    return {
      state: found.transactionState,
      producerId: found.producerId,
      timeoutMs: found.transactionTimeoutMs,
      startedAt: Number(found.transactionStartTimeMs),
    }
  })
}

/** The transactional id of a producer id (KIP-664); null: none visible to this user. */
export async function transactionalIdOf(
  connections: ClusterConnections,
  producerId: bigint,
  limitMs: number,
): Promise<string | null> {
  const { api } = listTransactionsV0
  const { brokers } = await connections.metadata([])
  const found = await Promise.all(
    brokers.map(({ nodeId }) =>
      retryUntil(limitMs, slowBackoff, {}, async () => {
        const broker = await connections.broker(nodeId)
        if (broker.maxVersion(api.key) < api.version) return null
        const { errorCode, transactionStates } = await tolerant(
          api.async(broker.connection, [], [producerId], -1n, null),
        )
        if (errorCode !== 0) throw protocolFailure(errorCode, { operation: 'Describe' })
        return transactionStates.at(0)?.transactionalId ?? null
      }),
    ),
  )
  return found.find((id) => id !== null) ?? null
}
