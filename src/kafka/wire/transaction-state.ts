/**
 * The producer's state machine as a table: state → call or event → next state. Anything not listed is forbidden.
 */
import { GenesisError } from '../../errors.js'

export type TransactionState =
  /** Not initialised. */
  | 'new'
  /** Initialised, no transaction open. */
  | 'ready'
  /** Records may be in flight; in exactly-once mode a transaction is open. */
  | 'open'
  /** A commit is in progress. */
  | 'committing'
  /** Something failed: only closing is left. A transaction may be open at the coordinator. */
  | 'failed'
  /** A newer owner exists: nothing more is sent, not even an abort. */
  | 'fenced'
  | 'closed'

export type TransactionEvent = 'init' | 'begin' | 'send' | 'commit' | 'committed' | 'fail' | 'fence' | 'close'

export const transitions: Readonly<
  Record<TransactionState, Readonly<Partial<Record<TransactionEvent, TransactionState>>>>
> = {
  new: { init: 'ready', fail: 'failed', fence: 'fenced', close: 'closed' },
  ready: { begin: 'open', fail: 'failed', fence: 'fenced', close: 'closed' },
  open: { send: 'open', commit: 'committing', fail: 'failed', fence: 'fenced', close: 'closed' },
  committing: { committed: 'ready', fail: 'failed', fence: 'fenced', close: 'closed' },
  failed: { fail: 'failed', fence: 'fenced', close: 'closed' },
  fenced: { fail: 'fenced', fence: 'fenced', close: 'closed' },
  closed: { fail: 'closed', fence: 'closed', close: 'closed' },
}

/** The state after an event; INTERNAL if the event is not allowed in this state (a bug in the caller). */
export function next(state: TransactionState, event: TransactionEvent): TransactionState {
  const to = transitions[state][event]
  if (to === undefined)
    throw new GenesisError('INTERNAL', 'the producer does not allow this call now', {
      found: `${event} in state ${state}`,
      expected: Object.keys(transitions[state]).join(', '),
    })
  return to
}
