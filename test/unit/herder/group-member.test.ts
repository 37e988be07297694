import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupMember } from '#src/herder/distributed/group-member.js'
import { decodeMetadata, encodeAssignment } from '#src/herder/distributed/group-protocol.js'
import type { GroupHandlers } from '#src/kafka/group-membership.js'

/** A member whose group is this test. `end` has the tasks end that were taken from it. */
function makeMember() {
  let handlers!: GroupHandlers
  let end = (): void => undefined
  let owned: ReadonlySet<string> = new Set()
  const rejoins: string[] = []
  const member = new GroupMember(
    {
      workerId: () => 'a:1',
      lostWorkerDelayMs: 0,
      configOffset: () => 0,
      readConfigToEnd: () => Promise.resolve(),
      readConfigTo: () => Promise.resolve(),
      tasks: () => [],
      runnerOf: () => null,
      lastGeneration: () => 0,
      async own(tasks) {
        const isRevoking = [...owned].some((task) => !tasks.has(task))
        if (isRevoking) await new Promise<void>((resolve) => (end = resolve))
        owned = tasks
      },
      trouble: () => undefined,
      failed: () => undefined,
    },
    (own) => {
      handlers = own
      const rejoin = (reason: string): void => void rejoins.push(reason)
      return { start: () => undefined, rejoin, leave: () => Promise.resolve() }
    },
  )
  let generation = 0
  const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    member,
    rejoins,
    /** A round of the group; resolves with the tasks that the member has said it has. */
    round: async (tasks: readonly string[], rejoinInMs: number | null = null): Promise<readonly string[]> => {
      const said = decodeMetadata(handlers.metadata()).tasks
      const assignment = encodeAssignment({
        generation: ++generation,
        configOffset: 0,
        tasks,
        workers: ['a:1', 'b:1'],
        rejoinInMs,
      })
      handlers.joined({ generation, memberId: 'a', leaderId: 'b', assignment })
      await later()
      return said
    },
    end: async (): Promise<void> => {
      end()
      await later()
    },
  }
}

test('a member says when tasks that were taken from it have ended', async () => {
  const { round, end, rejoins } = makeMember()
  await round(['t#0', 't#1'])
  await round(['t#0'])
  assert.deepEqual(rejoins, [])
  await end()
  assert.equal(rejoins.length, 1)
  assert.deepEqual(await round(['t#0']), ['t#0'])
  assert.equal(rejoins.length, 1)
})

test('a member says so, too, when another round came while they were ending', async () => {
  const { round, end, rejoins } = makeMember()
  await round(['t#0', 't#1'])
  await round(['t#0'])
  // They are still running: the leader gives them to nobody.
  assert.deepEqual(await round(['t#0']), ['t#0', 't#1'])
  await end()
  assert.equal(rejoins.length, 1)
  assert.deepEqual(await round(['t#0']), ['t#0'])
})

test('a rebalance is over when the worker runs what it was assigned, however many rounds that takes', async () => {
  const { member, round, end } = makeMember()
  await round(['t#0', 't#1'])
  const { workers, generation, rebalances, isRebalancing } = member.figures
  assert.deepEqual(
    { workers, generation, rebalances, isRebalancing },
    { workers: ['a:1', 'b:1'], generation: 1, rebalances: 1, isRebalancing: false },
  )
  await round(['t#0'])
  await round(['t#0'])
  assert.deepEqual([member.figures.rebalances, member.figures.isRebalancing], [1, true])
  await end()
  assert.deepEqual([member.figures.rebalances, member.figures.isRebalancing], [2, false])
  assert.ok(member.figures.rebalanceMs > 0)
})

test('a member rejoins by itself once a lost worker was waited for, unless a round came before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { round, rejoins } = makeMember()
  await round(['t#0'], 10)
  await round(['t#0'])
  t.mock.timers.tick(10)
  assert.deepEqual(rejoins, [])
  await round(['t#0'], 10)
  t.mock.timers.tick(9)
  assert.deepEqual(rejoins, [])
  t.mock.timers.tick(1)
  assert.deepEqual(rejoins, ['a lost worker has not returned'])
})
