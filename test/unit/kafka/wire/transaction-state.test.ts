import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { next, transitions } from '#src/kafka/wire/transaction-state.js'
import type { TransactionEvent, TransactionState } from '#src/kafka/wire/transaction-state.js'

const states = Object.keys(transitions) as TransactionState[]
const events: TransactionEvent[] = ['init', 'begin', 'send', 'commit', 'committed', 'fail', 'fence', 'close']

/** The states that can be reached from one by any events. */
function reachable(from: TransactionState): Set<TransactionState> {
  const seen = new Set([from])
  for (const state of seen) for (const to of Object.values(transitions[state])) seen.add(to)
  return seen
}

function path(...steps: TransactionEvent[]): TransactionState {
  return steps.reduce<TransactionState>((state, event) => next(state, event), 'new')
}

describe('the transaction states', () => {
  test('lead through init, begin, send and commit, again and again', () => {
    assert.equal(path('init'), 'ready')
    assert.equal(path('init', 'begin', 'send', 'send'), 'open')
    assert.equal(path('init', 'begin', 'send', 'commit'), 'committing')
    assert.equal(path('init', 'begin', 'send', 'commit', 'committed', 'begin', 'commit', 'committed'), 'ready')
  })

  test('allow failing, being fenced and closing at any time', () => {
    for (const state of states)
      for (const event of ['fail', 'fence', 'close'] as const) assert.ok(next(state, event), `${event} in ${state}`)
  })

  test('never lead from a failure, a fence or the end back to work', () => {
    for (const state of ['failed', 'fenced', 'closed'] as const)
      for (const to of reachable(state)) assert.ok(['failed', 'fenced', 'closed'].includes(to), `${state} to ${to}`)
    assert.ok(!reachable('fenced').has('failed'), 'a fenced producer may not abort as a failed one does')
    assert.deepEqual([...reachable('closed')], ['closed'])
  })

  test('allow records in an open transaction only, and one commit at a time', () => {
    assert.deepEqual(
      states.filter((state) => transitions[state].send !== undefined),
      ['open'],
    )
    assert.deepEqual(
      states.filter((state) => transitions[state].commit !== undefined),
      ['open'],
    )
  })

  test('name the call and what is allowed instead', () => {
    const refused = states.flatMap((state) => events.map((event) => [state, event] as const))
    for (const [state, event] of refused.filter(([state, event]) => transitions[state][event] === undefined))
      assert.throws(() => next(state, event), { code: 'INTERNAL', message: new RegExp(`${event} in state ${state}`) })
    assert.throws(() => next('new', 'send'), /expected init, fail, fence, close/)
  })
})
