import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AddressBudget } from '#src/rest/address-budget.js'

describe('the budget of an address', () => {
  test('is spent at once, and comes back with time', () => {
    let now = 0
    const budget = new AddressBudget({ perSecond: 2, burst: 3, now: () => now })
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.spend('10.0.0.1')),
      [true, true, true, false],
    )
    assert.ok(budget.isSpent('10.0.0.1'))
    assert.equal(budget.secondsUntilToken('10.0.0.1'), 1)
    now = 500
    assert.deepEqual([budget.spend('10.0.0.1'), budget.spend('10.0.0.1')], [true, false])
    now = 1_000_000
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.spend('10.0.0.1')),
      [true, true, true, false],
    )
  })

  test('is one for an IPv4 address however written, and one for a /64 of IPv6', () => {
    const budget = new AddressBudget({ perSecond: 1, burst: 1, now: () => 0 })
    assert.ok(budget.spend('10.0.0.1'))
    assert.ok(budget.isSpent('::ffff:10.0.0.1'))
    assert.ok(!budget.isSpent('10.0.0.2'))
    assert.ok(budget.spend('2001:db8:1:2:3:4:5:6'))
    assert.ok(budget.isSpent('2001:db8:1:2::9'))
    assert.ok(!budget.isSpent('2001:db8:1:3::9'))
    assert.ok(budget.spend('fe80::1%eth0'))
    assert.ok(budget.isSpent('fe80::2'))
  })

  test('is forgotten for the longest unseen address when there are too many', () => {
    const budget = new AddressBudget({ perSecond: 1, burst: 1, now: () => 0, maxAddresses: 2 })
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.3']) budget.spend(address)
    assert.deepEqual(
      ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => budget.isSpent(address)),
      [true, false, true],
    )
  })
})
