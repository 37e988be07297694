import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ConnectorConfig } from '#src/config/connector.js'
import { loadConnectors } from '#src/config/connector-file.js'
import { shipped } from '../../support/genesis.js'
import { connectorOf } from '../../support/connectors.js'
import { countKinds, customers, generatorOf, recordsFrom } from '../../support/disturbed.js'

const everything = {
  late: { probability: 0.05, by: 50 },
  out_of_order: { probability: 0.05, within: 5 },
  duplicate: { probability: 0.05 },
  missing_field: { probability: 0.05 },
  null: { probability: 0.05, fields: ['email', 'segment'] },
  malformed: { probability: 0.05 },
  tombstone: { probability: 0.05 },
}

function connector(disturb: object, more: object = {}): ConnectorConfig {
  return connectorOf({
    model: customers,
    sink: { type: 'kafka' },
    topic: 't',
    key: 'id',
    value: { format: 'json' },
    disturb,
    ...more,
  })
}

const plain = connector({})
const idOf = (value: string | null): number => (JSON.parse(value ?? '') as { id: number }).id

describe('a disturbed stream', () => {
  test('is a pure function of the slot, however it is cut into batches', async () => {
    const whole = connector(everything, { tasks: { max: 2 } })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3000),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 700 }),
        async (k, m, n) => {
          const from = 2 * k + 1
          const together = await recordsFrom(whole, from, [m + n])
          assert.deepEqual(await recordsFrom(whole, from, [m, n]), together)
          assert.deepEqual(await recordsFrom(whole, from + 2 * m, [n]), together.slice(m))
        },
      ),
      { numRuns: 15 },
    )
  })

  test('has every record of the undisturbed one exactly once, apart from the copies of duplicates', async () => {
    const moved = connector({ ...everything, missing_field: {}, null: {}, malformed: {}, tombstone: {} })
    const slots = 4096
    const records = await recordsFrom(moved, 0, [slots])
    const copies = records.filter(({ labels }) => labels['genesis.disturb'] === 'duplicate')
    const originals = records.filter(({ labels }) => labels['genesis.disturb'] !== 'duplicate')
    const undisturbed = await recordsFrom(plain, 0, [slots - copies.length])
    assert.deepEqual(originals.map(({ value }) => value).sort(), undisturbed.map(({ value }) => value).sort())
    for (const { labels, value } of records)
      if ('genesis.position' in labels) assert.equal(Number(labels['genesis.position']), idOf(value) - 1)
  })

  test('has a duplicate right behind its original', async () => {
    const records = await recordsFrom(connector({ duplicate: { probability: 0.1 } }), 0, [2000])
    records.forEach(({ labels, value, key }, i) => {
      if (labels['genesis.disturb'] !== 'duplicate') return
      assert.deepEqual([records[i - 1].value, records[i - 1].key], [value, key])
      assert.deepEqual(records[i - 1].labels, {})
    })
    assert.ok(countKinds(records).duplicate > 100)
  })

  test('has late records behind as many as it was asked for', async () => {
    const records = await recordsFrom(connector({ late: { probability: 0.01, by: 60 } }), 0, [3000])
    let late = 0
    records.forEach(({ labels, value }, i) => {
      if (labels['genesis.disturb'] !== 'late') return
      late++
      const passed = records.slice(0, i).filter((other) => idOf(other.value) > idOf(value)).length
      // Of the 60 that follow it, those that are late themselves are still to come.
      assert.ok(passed > 50 && passed <= 60, `${passed}`)
    })
    assert.ok(late > 10)
  })

  test('has each kind as often as its probability says, within sampling noise', async () => {
    const records = (await recordsFrom(
      connector(everything),
      0,
      Array.from({ length: 10 }, () => 4096),
    )) as never[]
    const n = records.length / 1.05
    const noise = 4 * Math.sqrt(n * 0.05 * 0.95)
    for (const [kind, count] of Object.entries(countKinds(records)))
      assert.ok(Math.abs(count - 0.05 * n) < noise, `${kind}: ${count} of ${n}`)
  })

  test('has other faults with another seed, on the same records; a seed of its own holds when the stream has another', async () => {
    const kinds = async (more: object, seed?: number): Promise<string[]> =>
      (await recordsFrom(connector({ ...everything, ...(seed !== undefined && { seed }) }, more), 0, [500])).map(
        ({ labels }) => labels['genesis.disturb'] ?? '',
      )
    const [one, same, other] = [await kinds({ seed: 1 }), await kinds({ seed: 1 }), await kinds({ seed: 2 })]
    assert.deepEqual(one, same)
    assert.notDeepEqual(one, other)
    assert.deepEqual(await kinds({ seed: 1 }, 9), await kinds({ seed: 2 }, 9))
  })

  test('has a fingerprint of its own, by every setting', async () => {
    const fingerprints = await Promise.all(
      [
        {},
        everything,
        { ...everything, seed: 5 },
        { late: { probability: 0.1 } },
        { late: { probability: 0.1, by: 7 } },
      ].map(async (disturb) => (await generatorOf(connector(disturb))).fingerprint),
    )
    assert.equal(new Set(fingerprints).size, fingerprints.length)
    assert.equal((await generatorOf(plain)).fingerprint, fingerprints[0])
  })

  test('makes batches of any size within its capacity, with records that come from far', async () => {
    const far = connector({ late: { probability: 0.5, by: 4000 } })
    const [wide, narrow] = [await generatorOf(far, 0, 4096), await generatorOf(far, 0, 3)]
    for (const generator of [wide, narrow]) generator.start(70_000)
    const ids = (count: number, generator: typeof wide): number[] => [
      ...(generator.generate(count).faults?.positions.subarray(0, count) ?? []),
    ]
    assert.deepEqual([...ids(3, narrow), ...ids(3, narrow), ...ids(1, narrow)], ids(7, wide))
  })
})

test('an undisturbed connector has no headers and no faults', async () => {
  const generator = await generatorOf(plain)
  assert.equal(generator.generate(10).faults, undefined)
  const [record] = await recordsFrom(plain, 0, [1])
  assert.deepEqual(record.labels, {})
})

test('the example is a connector with all seven kinds, in YAML, where null is a word like any other', async () => {
  const [{ disturb }] = (await loadConnectors([shipped('examples/disturbed-customers.yaml')], {})).connectors
  assert.ok(Object.values(disturb?.probabilities ?? {}).every((probability) => probability > 0))
  assert.deepEqual([disturb?.nullFields, disturb?.lateBy, disturb?.seed], [['income'], 100, 42])
})
