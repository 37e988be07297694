import { GenesisError } from '../../errors.js'
import { kafkaError } from '../errors.js'
import type { TransactionCoordinator } from './transaction-coordinator.js'

export interface EndedTransaction {
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** How long it had been open. */
  readonly openMs: number
}

/**
 * Tells a new owner from a transaction timeout. The error codes do not: both look like fencing in one protocol version, and like an invalid
 * transaction state in the other. Taking a new owner for a timeout would fence that owner in turn.
 */
export async function endedFromOutside(
  thrown: unknown,
  { transactionalId, transactionTimeoutMs, openMs }: EndedTransaction,
  coordinator: TransactionCoordinator,
): Promise<GenesisError> {
  const error = kafkaError(thrown, { transactionalId })
  if (error.code !== 'KAFKA_FENCED' && error.code !== 'KAFKA_TRANSACTION_ABORTED') return error
  const late = openMs >= transactionTimeoutMs
  if (error.code === 'KAFKA_FENCED' && !late) return error
  const standing = await coordinator.standing()
  if (standing === 'aborted' && late)
    return new GenesisError('KAFKA_TRANSACTION_ABORTED', 'the transaction was open for longer than its timeout', {
      place: error.details.place,
      found: `${openMs} ms, then ${error.details.found}`,
      expected: `less than ${transactionTimeoutMs} ms`,
      remedy: 'Raise transaction.timeout, or commit more often',
      cause: thrown,
    })
  return standing === 'aborted' || standing === 'taken'
    ? new GenesisError('KAFKA_FENCED', 'another worker has taken over the shard', { ...error.details, cause: thrown })
    : error
}
