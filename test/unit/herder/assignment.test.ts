import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { assignTasks } from '#src/herder/distributed/assignment.js'

/** Connectors with some tasks each. */
const tasksOf = fc
  .array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 })
  .map((sizes) => sizes.flatMap((size, c) => Array.from({ length: size }, (_, shard) => `c${c}#${shard}`)))
const memberCount = fc.integer({ min: 1, max: 6 })

/** Rounds until nothing is taken from anybody; `members` is what each runs before, and then after. */
function settle(tasks: readonly string[], members: Map<string, Set<string>>): number {
  for (let round = 1; ; round++) {
    const { tasks: given, isPartial } = assignTasks({ tasks, members, awaited: new Set() })
    for (const [id, own] of given) members.set(id, new Set(own))
    if (!isPartial) return round
    assert.ok(round < 3, 'two rounds are enough')
  }
}

function groupOf(count: number): Map<string, Set<string>> {
  return new Map(Array.from({ length: count }, (_, i) => [`m${i}`, new Set<string>()]))
}

function assertEven(tasks: readonly string[], members: ReadonlyMap<string, ReadonlySet<string>>): void {
  const loads = [...members.values()].map(({ size }) => size)
  assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, String(loads))
  assert.deepEqual([...members.values()].flatMap((own) => [...own]).sort(), [...tasks].sort())
}

describe('tasks of a group', () => {
  test('are dealt out evenly, each to one member, those of a connector to several', () => {
    fc.assert(
      fc.property(tasksOf, memberCount, (tasks, count) => {
        const members = groupOf(count)
        assert.equal(settle(tasks, members), 1)
        assertEven(tasks, members)
      }),
    )
    const members = groupOf(4)
    settle(
      ['a', 'b'].flatMap((name) => [0, 1, 2, 3].map((shard) => `${name}#${shard}`)),
      members,
    )
    for (const own of members.values()) assert.equal(new Set([...own].map((task) => task[0])).size, 2)
  })

  test('stay where they are when a member comes, but for its share; and are never given before they are taken', () => {
    fc.assert(
      fc.property(tasksOf, memberCount, (tasks, count) => {
        const members = groupOf(count)
        settle(tasks, members)
        const before = new Map(members)
        members.set('new', new Set())
        const { tasks: first } = assignTasks({ tasks, members, awaited: new Set() })
        for (const [id, own] of first) {
          const others = [...before].filter(([other]) => other !== id).flatMap(([, tasks]) => [...tasks])
          for (const task of own) assert.ok(!others.includes(task), 'given while another one runs it')
        }
        settle(tasks, members)
        assertEven(tasks, members)
        const moved = [...before].flatMap(([id, own]) => [...own].filter((task) => !members.get(id)?.has(task)))
        assert.deepEqual(moved.sort(), [...(members.get('new') ?? [])].sort())
      }),
    )
  })

  test('of a member that goes are shared by the others, whose own do not move', () => {
    fc.assert(
      fc.property(tasksOf, fc.integer({ min: 2, max: 6 }), (tasks, count) => {
        const members = groupOf(count)
        settle(tasks, members)
        members.delete('m0')
        const before = new Map(members)
        settle(tasks, members)
        assertEven(tasks, members)
        for (const [id, own] of before) for (const task of own) assert.ok(members.get(id)?.has(task))
      }),
    )
  })

  test('that are waited for are nobody else’s, and no others move on their account', () => {
    const tasks = ['a#0', 'a#1', 'a#2', 'a#3']
    const members = new Map([
      ['m0', new Set(['a#0', 'a#1'])],
      ['m1', new Set<string>()],
    ])
    const { tasks: given } = assignTasks({ tasks, members, awaited: new Set(['a#2', 'a#3']) })
    assert.deepEqual(
      [...given],
      [
        ['m0', ['a#0', 'a#1']],
        ['m1', []],
      ],
    )
    const { tasks: then } = assignTasks({ tasks, members, awaited: new Set() })
    assert.deepEqual(
      [...then],
      [
        ['m0', ['a#0', 'a#1']],
        ['m1', ['a#2', 'a#3']],
      ],
    )
  })

  test('of which two members say that they run them are left to one; those that are gone to nobody', () => {
    const members = new Map([
      ['m0', new Set(['a#0', 'gone#0'])],
      ['m1', new Set(['a#0'])],
    ])
    const { tasks: given } = assignTasks({ tasks: ['a#0'], members, awaited: new Set() })
    assert.deepEqual(
      [...given],
      [
        ['m0', ['a#0']],
        ['m1', []],
      ],
    )
  })

  test('ten thousand are dealt out in a moment, and a member more moves a fifth of them', () => {
    const tasks = Array.from({ length: 10_000 }, (_, i) => `c${i >> 2}#${i & 3}`)
    const members = groupOf(4)
    settle(tasks, members)
    members.set('m4', new Set())
    settle(tasks, members)
    assert.equal(members.get('m4')?.size, 2000)
  })
})
