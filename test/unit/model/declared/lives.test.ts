import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GenesisError } from '#src/errors.js'
import { livesModel } from '../../../support/lives.js'

async function refusal(lives: object): Promise<string[]> {
  const error = await livesModel(lives).then(
    () => assert.fail(`a model was made of ${JSON.stringify(lives)}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof GenesisError && error.code === 'CONFIG_INVALID', String(error))
  return (error.details.all ?? [error]).map(({ message }) => message)
}

const wait = { after: '5m' }

test('lives that cannot be are refused before anything is made, with their place', async () => {
  const cases: [object, string][] = [
    [{}, 'lives: no states'],
    [{ states: {} }, 'lives.states: no states'],
    [{ stats: {}, states: { a: {} } }, 'lives.stats: unknown key; found stats; expected state'],
    [{ states: { a: { nxt: 'b' } } }, 'lives.states.a.nxt: unknown key; found nxt; expected next'],
    [{ states: { a: { next: 'c', ...wait }, b: {} } }, 'lives.states.a.next: unknown state; found c; expected'],
    [
      { states: { a: { next: { b: 0.5, end: 0.6 }, ...wait }, b: {} } },
      'lives.states.a.next: odds that do not sum to 1; found 1.1; expected lower odds',
    ],
    [
      { states: { a: { next: { b: 0.5, c: 0.3 }, ...wait }, b: {}, c: {} } },
      'lives.states.a.next: odds that do not sum to 1; found 0.8; expected end: 0.2 for the lives that end here',
    ],
    [{ states: { a: { next: { b: 0, end: 1 }, ...wait }, b: {} } }, 'lives.states.a.next.b: not odds; found 0'],
    [{ states: { a: { next: 'end' }, b: {} } }, 'lives.states.b: an unreachable state; found b'],
    [
      { states: { a: { next: 'b', ...wait }, b: { next: 'a', ...wait } }, max_events: 9 },
      'lives.states.a: lives that never end; found a → b → …; expected a path to a state without next',
    ],
    [
      { states: { a: { next: { a: 0.5, end: 0.5 }, ...wait } } },
      'lives: lives may cycle forever; found a → a; expected max_events: the maximum number of events in a life, up to 1000',
    ],
    [
      { states: { a: { next: { a: 0.99, end: 0.01 }, ...wait } }, max_events: 5 },
      'lives.max_events: lives are too long; found 4.9 % of lives end within 5 events; expected at least half',
    ],
    [{ states: { a: {} }, max_events: 0 }, 'lives.max_events: wrong value; found 0; expected an integer from 1'],
    [{ states: { a: { next: 'b' }, b: {} } }, 'lives.states.a: no time until the next state'],
    [{ states: { a: { ...wait } } }, 'lives.states.a.after: nothing follows this state'],
    [{ states: { a: { next: 'b', after: '5 parsecs' }, b: {} } }, 'lives.states.a.after: not a waiting time'],
    [
      { states: { a: { next: 'b', after: { distribution: 'pareto' } }, b: {} } },
      'lives.states.a.after.distribution: not a waiting time; found pareto; expected one of uniform, exponential',
    ],
    [
      {
        states: { a: { next: 'b', after: { distribution: 'normal', mean: '5m', deviation: '10s', max: '1s' } }, b: {} },
      },
      'lives.states.a.after.max: not a waiting time; found 1s; expected bounds with durations between them',
    ],
    [
      { states: { a: { next: 'b', ...wait, deletes: true }, b: {} } },
      'lives.states.a.deletes: a deleting state has a next one; found b',
    ],
    [{ states: { a: { deletes: true } } }, 'lives.states.a.deletes: the first state deletes the entity'],
    [{ states: { end: {} } }, 'lives.states.end: a reserved name'],
    [{ states: { a: { silent: 1 } } }, 'lives.states.a.silent: wrong value; found 1'],
    [{ states: { a: { silent: true } } }, 'lives.states.a.silent: lives begin with an event; found a'],
    [
      { states: { a: { next: 'b', ...wait }, b: { silent: true, deletes: true } } },
      'lives.states.b.silent: what is deleted without an event is never known to be; found b',
    ],
    [
      { states: { a: { next: 'b', ...wait }, b: { silent: true, set: { x: { kind: 'time' } } } } },
      'lives.states.b.silent: a state without an event sets columns; found b',
    ],
    [
      {
        states: {
          a: { next: 'b', ...wait },
          b: { silent: true, next: 'c', ...wait },
          c: { silent: true, next: { b: 0.5, end: 0.5 }, ...wait },
        },
      },
      'lives.states.b.silent: silent states in a circle; found b → c → b; expected a state with an event in it',
    ],
    [{ states: { a: {} }, time: 'price' }, 'lives.time: this column already exists; found price'],
    [{ states: { a: {} }, time: 'state' }, 'lives: state and time share a column; found state'],
    [{ states: { a: {} }, start: 'noon' }, 'lives.start: not a time; found noon'],
    [{ states: { a: {} }, every: '0s' }, 'lives.every: not a duration; found 0s'],
    [{ states: { a: {} }, first: 'b' }, 'lives.first: unknown state; found b'],
    [{ states: { a: { set: { price: { constant: 1 } } } } }, 'lives.states.a.set.price: a column of the entity'],
    [{ states: { a: { set: { x: 1 } } } }, 'lives.states.a.set.x: not a map; found 1'],
    [{ states: { a: { set: { x: { expression: 'prise' } } } } }, 'unknown column; found prise'],
    [{ states: { a: { set: { x: { constnat: 1 } } } } }, 'lives.states.a.set.x.constnat: unknown key'],
    [
      { states: { a: { set: { x: { kind: 'clock' } } } } },
      'lives.states.a.set.x.kind: not for a column that states set',
    ],
    [
      { states: { a: { set: { state: { constant: 1 } } } } },
      'lives.states.a.set.state: the name of the state or time column',
    ],
    [{ states: { a: { set: { x: { constant: null } } } } }, 'lives.states.a.set.x: a column that never has a value'],
    [
      { states: { a: { set: { x: { constant: 1 } }, next: 'b', ...wait }, b: { set: { x: { constant: 'one' } } } } },
      'lives.states.b.set.x: values of different types; found string, and integer elsewhere',
    ],
  ]
  for (const [lives, expected] of cases) {
    const messages = await refusal(lives)
    assert.ok(
      messages.some((message) => message.includes(expected)),
      `${messages.join('\n')}\n  should have ${expected}`,
    )
    assert.ok(messages.every((message) => /things\.yaml:1:\d+/.test(message)))
  }
})

test('everything that is wrong is said at once', async () => {
  const messages = await refusal({ states: { a: { next: { b: 0.5 }, after: 'soon' }, b: { deletes: 1 } } })
  assert.equal(messages.length, 3)
})
