import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CurrentEncoder } from '#src/encode/current-encoder.js'
import { SchemaWatch } from '#src/encode/schema-watch.js'
import type { SubjectRegistry } from '#src/encode/subject.js'
import { GenesisError } from '#src/errors.js'
import { PositionEncoder } from '../../support/fake-task.js'

/** A registry that can lose what it has, and a clock whose minutes pass on demand. */
function setUp() {
  const contents = new Map<number, string>()
  const asked: number[] = []
  const due: (() => void)[] = []
  const state = { away: false, time: Date.UTC(2026, 0, 1) }
  const registry = {
    place: 'registry http://r',
    contentOf: (id: number): Promise<string | null> => {
      asked.push(id)
      if (state.away) return Promise.reject(new GenesisError('REGISTRY_UNREACHABLE', 'away'))
      return Promise.resolve(contents.get(id) ?? null)
    },
  }
  const clock = {
    after(_ms: number, call: () => void): () => void {
      due.push(call)
      return () => undefined
    },
  }
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  const check = async (): Promise<void> => {
    state.time += 60_000
    for (const call of due.splice(0)) call()
    await settled()
  }
  const watch = new SchemaWatch(registry, clock, () => state.time)
  return { contents, asked, due, state, watch, check, settled }
}

describe('an id in use', () => {
  test('that stands for another schema is told once to everyone who writes it, with what may be unreadable', async () => {
    const { contents, watch, check, settled } = setUp()
    contents.set(1, 'customers').set(2, 'orders')
    const told: string[] = []
    for (const task of ['a', 'b'])
      watch.watch(new Map([[1, 'customers-value']]), ({ message }) => told.push(`${task} ${message}`))
    watch.watch(new Map([[2, 'orders-value']]), () => told.push('orders'))
    await settled()
    await check()
    assert.deepEqual(told, [])
    contents.set(1, 'flights')
    await check()
    await check()
    const message =
      'registry http://r: schema id 1 of subject customers-value no longer stands for the schema that records are written with; found another schema. ' +
      'Records from now on get the id that the registry has now; those sent since 2026-01-01T00:01:00.000Z may be unreadable'
    assert.deepEqual(told, [`a ${message}`, `b ${message}`])
  })

  test('that the registry no longer has is told, too; a registry that is away is not', async () => {
    const { contents, state, watch, check, settled } = setUp()
    contents.set(1, 'customers')
    const told: GenesisError[] = []
    watch.watch(new Map([[1, 'customers-value']]), (error) => told.push(error))
    await settled()
    state.away = true
    await check()
    state.away = false
    await check()
    assert.equal(told.length, 0)
    contents.clear()
    await check()
    assert.deepEqual(
      told.map(({ code, retriable, details }) => [code, retriable, details.found]),
      [['SCHEMA_ID_CHANGED', true, 'no schema']],
    )
  })

  test('that could not be seen at first counts from when it was', async () => {
    const { contents, state, watch, check, settled } = setUp()
    state.away = true
    let told = 0
    watch.watch(new Map([[1, 's']]), () => told++)
    await settled()
    state.away = false
    // The replica that answers has not heard of it yet.
    await check()
    contents.set(1, 'customers')
    await check()
    assert.equal(told, 0)
    contents.set(1, 'flights')
    await check()
    assert.equal(told, 1)
  })

  test('is asked for once however many write it, and no longer when nobody does', async () => {
    const { contents, asked, due, watch, check, settled } = setUp()
    contents.set(1, 'customers')
    const ends = [1, 2, 3].map(() => watch.watch(new Map([[1, 's']]), () => undefined))
    await settled()
    await check()
    assert.deepEqual(asked, [1, 1])
    for (const end of ends) end()
    await check()
    assert.deepEqual([asked.length, due.length], [2, 0])
  })
})

describe('an encoder', () => {
  const batch = { fields: [], start: 0, stride: 1, length: 1, vectors: [] }

  test('ends with SCHEMA_ID_CHANGED once its id has changed, and has the new one when it is prepared again', async () => {
    const { contents, watch, check, settled } = setUp()
    let next = 1
    const written: number[] = []
    const registry = { register: () => Promise.resolve(next) } as unknown as SubjectRegistry
    const encoder = new CurrentEncoder(
      (one) => {
        const inner = new PositionEncoder()
        let id = 0
        return {
          prepare: async () => void (id = await one.register('s-value', 'string')),
          encode(records) {
            written.push(id)
            return inner.encode(records)
          },
        }
      },
      registry,
      watch,
    )
    contents.set(1, 'customers')
    await encoder.prepare()
    await settled()
    encoder.encode(batch)
    contents.clear()
    next = 7
    contents.set(7, 'customers')
    // Nothing has been noticed: a failure of the sink asks the registry for nothing.
    await encoder.prepare()
    encoder.encode(batch)
    await check()
    assert.throws(() => encoder.encode(batch), { code: 'SCHEMA_ID_CHANGED' })
    await encoder.prepare()
    encoder.encode(batch)
    await check()
    encoder.encode(batch)
    assert.deepEqual(written, [1, 1, 7, 7])
    encoder.close()
  })

  test('that is closed while it waits for the registry watches nothing', async () => {
    const { due, asked, watch, settled } = setUp()
    let answer!: (id: number) => void
    const registry = {
      register: () => new Promise<number>((resolve) => (answer = resolve)),
    } as unknown as SubjectRegistry
    const encoder = new CurrentEncoder(
      (one) => ({
        prepare: async () => void (await one.register('s', 'string')),
        encode: () => assert.fail('nothing to encode'),
      }),
      registry,
      watch,
    )
    const prepared = encoder.prepare()
    encoder.close()
    answer(1)
    await prepared
    await settled()
    assert.deepEqual([due, asked], [[], []])
  })
})
