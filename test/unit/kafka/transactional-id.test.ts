import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { earlierTransactionalId, transactionalId } from '#src/kafka/transactional-id.js'

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,5}$/)
const owner = fc.record({
  group: name,
  connector: name,
  sink: fc.option(name, { nil: undefined }),
  shard: fc.nat(20),
})
const idOf = ({ group, ...shard }: { group: string; connector: string; sink?: string; shard: number }): string =>
  transactionalId(group, { ...shard, shards: 21 })

test('a group and a connector whose names share a dash have ids of their own', () => {
  assert.equal(idOf({ group: 'g', connector: 'a-b', shard: 0 }), 'g-a-b-0-g1')
  assert.equal(idOf({ group: 'g-a', connector: 'b', shard: 0 }), 'g-a-b-0-g3')
  assert.equal(idOf({ group: 'g', connector: 'a', sink: 'b', shard: 2 }), 'g-a/b-2-g1')
})

test('no two shards of any groups, connectors and sinks share an id', () => {
  // Few letters, so that names run into each other.
  const close = fc.stringMatching(/^[a0-]{1,4}$/)
  const one = fc.record({
    group: close,
    connector: close,
    sink: fc.option(close, { nil: undefined }),
    shard: fc.nat(2),
  })
  fc.assert(
    fc.property(one, one, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b))
      assert.notEqual(idOf(a), idOf(b))
    }),
    { numRuns: 2000 },
  )
})

test('an id begins as that of version 0.1 did, so that a permission for its prefix covers it, and is never one of those', () => {
  fc.assert(
    fc.property(owner, owner, (a, b) => {
      const { group, ...shard } = a
      const earlier = earlierTransactionalId(group, { ...shard, shards: 21 })
      assert.ok(idOf(a).startsWith(earlier))
      assert.notEqual(idOf(b), earlier)
    }),
  )
})
