/**
 * What a producer may do when, as a table: state → call or event → next state. What is not in it is not allowed.
 */
import { GenesisError } from '../../errors.js'

export type TransactionState =
  /** Not initialised. */
  | 'new'
  /** Initialised, no transaction open. */
  | 'ready'
  /** Records may be in flight; in exactly-once mode a transaction is open. */
  | 'open'
  /** The commit is under way. */
  | 'committing'
  /** Something failed: nothing but closing is left. A transaction may be open at the coordinator. */
  | 'failed'
  /** A newer owner exists: nothing is sent any more, not even an abort. */
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

/** The state after an event; INTERNAL if the event is not allowed in this state (a defect of the caller). */
export function next(state: TransactionState, event: TransactionEvent): TransactionState {
  const to = transitions[state][event]
  if (to === undefined)
    throw new GenesisError('INTERNAL', 'a call that the producer does not allow now', {
      found: `${event} in state ${state}`,
      expected: Object.keys(transitions[state]).join(', '),
    })
  return to
}
