import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { assignTasks, type Assignment } from '#src/herder/distributed/assignment.js'

type Running = ReadonlyMap<string, ReadonlySet<string>>

function tasksOf(sizes: readonly number[]): string[] {
  return sizes.flatMap((size, connector) => Array.from({ length: size }, (_, n) => `c${connector}#${n}`))
}

function setsOf({ tasks }: Assignment): Running {
  return new Map([...tasks].map(([id, own]) => [id, new Set(own)]))
}

function loads(running: Running): number[] {
  return [...running.values()].map(({ size }) => size)
}

const sizes = fc.array(fc.nat({ max: 7 }), { maxLength: 12 })

/** A group at any moment: what is wanted, and who runs what of it, or of what is not wanted any more. */
const groups = fc.record({ sizes, members: fc.integer({ min: 1, max: 7 }) }).chain(({ sizes, members }) => {
  const known = [...tasksOf(sizes), 'gone#0', 'gone#1']
  return fc
    .array(fc.integer({ min: -1, max: members - 1 }), { minLength: known.length, maxLength: known.length })
    .map((runners) => {
      const running = new Map(Array.from({ length: members }, (_, m) => [`m${m}`, new Set<string>()]))
      known.forEach((task, i) => running.get(`m${runners[i]}`)?.add(task))
      return { tasks: tasksOf(sizes), members: running }
    })
})

const none: ReadonlySet<string> = new Set()

/** A round of the group: everyone ends what it is not given, and runs what it is. */
function round(tasks: readonly string[], members: Running): Assignment {
  return assignTasks({ tasks, members, awaited: none })
}

describe('tasks are assigned', () => {
  test('each to one member at most, and only what is wanted', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        const given = [...round(tasks, members).tasks.values()].flat()
        assert.equal(new Set(given).size, given.length)
        const wanted = new Set(tasks)
        assert.ok(given.every((task) => wanted.has(task)))
      }),
    )
  })

  test('to nobody while somebody else runs them', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        for (const [id, given] of round(tasks, members).tasks)
          for (const [other, running] of members) if (other !== id) assert.ok(given.every((task) => !running.has(task)))
      }),
    )
  })

  test('all of them after two rounds, evenly, and a third changes nothing', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        const first = round(tasks, members)
        const second = round(tasks, setsOf(first))
        const third = round(tasks, setsOf(second))
        assert.deepEqual([...second.tasks.values()].flat().sort(), [...tasks].sort())
        const all = loads(setsOf(second))
        assert.ok(Math.max(...all) - Math.min(...all) <= 1, all.join())
        assert.deepEqual(setsOf(third), setsOf(second))
        assert.ok(!second.isPartial && !third.isPartial)
        // One round is enough where nothing has to be taken from anybody.
        if (!first.isPartial) assert.deepEqual(setsOf(second), setsOf(first))
      }),
    )
  })

  test('so that as few move as evenness allows', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        const wanted = new Set(tasks)
        const owned = [...members.values()].map((own) => [...own].filter((task) => wanted.has(task)).length)
        const given = round(tasks, members).tasks
        const kept = [...members].map(([id, own]) => (given.get(id) ?? []).filter((task) => own.has(task)).length)
        const moved = owned.reduce((sum, n) => sum + n, 0) - kept.reduce((sum, n) => sum + n, 0)
        // The best that is possible: those with most tasks have one more than the others.
        const floor = Math.floor(tasks.length / members.size)
        const extra = tasks.length % members.size
        const best = [...owned]
          .sort((a, b) => b - a)
          .reduce((sum, n, i) => sum + Math.max(0, n - floor - (i < extra ? 1 : 0)), 0)
        assert.equal(moved, best)
      }),
    )
  })

  test('the tasks of a connector spread, where nobody runs anything yet', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 7 }), (sizes, members) => {
        const running = new Map(Array.from({ length: members }, (_, m) => [`m${m}`, new Set<string>()]))
        const given = round(tasksOf(sizes), running).tasks
        sizes.forEach((size, connector) => {
          for (const own of given.values()) {
            const here = own.filter((task) => task.startsWith(`c${connector}#`)).length
            assert.ok(here >= Math.floor(size / members) && here <= Math.ceil(size / members), `${here} of ${size}`)
          }
        })
      }),
    )
  })

  test('in the same way whatever the order of the members', () => {
    fc.assert(
      fc.property(groups, ({ tasks, members }) => {
        const reversed = new Map([...members].reverse())
        assert.deepEqual(setsOf(round(tasks, reversed)), setsOf(round(tasks, members)))
      }),
    )
  })

  test('not while they are awaited; then nothing moves either', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 6 }), (sizes, members) => {
        const tasks = tasksOf(sizes)
        const empty = new Map(Array.from({ length: members }, (_, m) => [`m${m}`, new Set<string>()]))
        const settled = setsOf(round(tasks, empty))
        const lost = settled.get('m0') ?? none
        const left = new Map([...settled].filter(([id]) => id !== 'm0'))
        const waiting = assignTasks({ tasks, members: left, awaited: lost })
        assert.deepEqual(setsOf(waiting), left)
        const after = setsOf(round(tasks, left))
        for (const [id, own] of left) for (const task of own) assert.ok(after.get(id)?.has(task), task)
      }),
    )
  })

  test('to a group without members not at all', () => {
    assert.deepEqual(assignTasks({ tasks: ['c#0'], members: new Map(), awaited: none }), {
      tasks: new Map(),
      isPartial: false,
    })
  })
})

test('of several connectors on one full member, those with most tasks give', () => {
  const members = new Map([
    ['a', new Set(['x#0', 'x#1', 'x#2', 'y#0'])],
    ['b', new Set<string>()],
  ])
  const { tasks } = round(['x#0', 'x#1', 'x#2', 'y#0'], members)
  assert.deepEqual(new Set(tasks.get('a')), new Set(['x#0', 'y#0']))
})
