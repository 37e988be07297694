import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  appliesTo,
  cellText,
  columnsOf,
  configOf,
  fieldGroups,
  isSamplable,
  keysText,
  parseKeys,
  shownProblems,
  valuesOf,
} from '#src/page/form-model.js'
import type { Validation } from '#src/page/shapes.js'
import { startRestWorker } from '../../support/rest-worker.js'

/** What a worker says of a configuration. */
async function validated(
  t: Parameters<typeof startRestWorker>[0],
  config: Record<string, string>,
): Promise<Validation> {
  const { server } = await startRestWorker(t)
  const url = '/connector-plugins/GenesisSource/config/validate'
  const payload = JSON.stringify({ 'connector.class': 'GenesisSource', ...config })
  const answer = await server.inject({ method: 'PUT', url, payload, headers: { 'content-type': 'application/json' } })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<Validation>()
}

describe('the form', () => {
  test('has a field for every key, the important ones first', async (t) => {
    const validation = await validated(t, {})
    const groups = fieldGroups(validation)
    const fields = groups.flatMap((group) => group.fields)
    assert.equal(fields.length, validation.configs.length - 1)
    const essential = groups[0].fields.map(({ definition }) => definition.name)
    for (const name of ['name', 'model', 'topic', 'throughput.rate', 'sink.type', 'tasks.max'])
      assert.ok(essential.includes(name), name)
    const controls = new Map(fields.map(({ definition, control }) => [definition.name, control]))
    assert.deepEqual(
      ['sink.type', 'topic_creation.enabled', 'sink.url', 'conditions', 'model'].map((name) => controls.get(name)),
      ['select', 'select', 'secret', 'area', 'text'],
    )
  })

  test('hides what the chosen sink does not read', async (t) => {
    const definitions = new Map((await validated(t, {})).configs.map(({ definition }) => [definition.name, definition]))
    const applies = (name: string, sink: string): boolean => {
      const definition = definitions.get(name)
      assert.ok(definition, name)
      return appliesTo(definition, sink)
    }
    assert.deepEqual(
      ['kafka', 'file', 'stdout', 'websocket', 'websocket-server'].map((sink) => applies('sink.path', sink)),
      [false, true, false, false, false],
    )
    assert.deepEqual(
      ['kafka', 'file', 'stdout'].map((sink) => applies('sink.format', sink)),
      [false, true, true],
    )
    assert.deepEqual([applies('sink.url', 'websocket'), applies('sink.url', 'websocket-server')], [true, false])
    assert.ok(applies('model', 'file') && applies('sink.type', 'kafka'))
  })

  test('shows problems of fields that were filled in, and of all after an attempt to save', async (t) => {
    const validation = await validated(t, { name: 'a', 'throughput.rate': 'fast' })
    const problems = shownProblems(validation, (key) => key === 'throughput.rate')
    assert.deepEqual([...problems.keys()], ['throughput.rate'])
    assert.match(problems.get('throughput.rate')?.[0] ?? '', /fast/)
    assert.ok(shownProblems(validation, () => true).size > 1)
  })

  test('samples records as soon as only the name is missing', async (t) => {
    const config = { model: 'model.json', 'sink.type': 'stdout' }
    assert.ok(isSamplable(await validated(t, config)))
    assert.ok(!isSamplable(await validated(t, { ...config, name: 'a', conditions: '{"bogus": 1}' })))
  })
})

describe('the configuration of a form', () => {
  test('has what is filled in, and the other keys', () => {
    const values = new Map([
      ['name', ' a '],
      ['model', ''],
    ])
    assert.deepEqual(configOf('Genesis', values, { other: '1' }), {
      'connector.class': 'Genesis',
      name: 'a',
      other: '1',
    })
  })

  test('is shown again as it was stored', async (t) => {
    const groups = fieldGroups(await validated(t, {}))
    const config = { 'connector.class': 'GenesisSource', name: 'a', 'throughput.rate': '1.0', 'kafka.topic': 't' }
    const { values, other } = valuesOf(config, groups)
    assert.deepEqual(other, { 'kafka.topic': 't' })
    assert.deepEqual(configOf('GenesisSource', values, other), config)
  })

  test('has other keys as lines', () => {
    assert.deepEqual(parseKeys('# note\n a.b = c = d \n\ne='), { keys: { 'a.b': 'c = d', e: '' }, wrong: null })
    assert.equal(parseKeys('a = 1\nno key').wrong, 'no key')
    const text = fc.stringMatching(/^[a-z.]{1,9}$/)
    fc.assert(
      fc.property(fc.dictionary(text, text), (keys) => {
        assert.deepEqual(parseKeys(keysText(keys)), { keys: { ...keys }, wrong: null })
      }),
    )
  })
})

test('a sample has a column for every field of its records', () => {
  assert.deepEqual(columnsOf([{ a: 1 }, { b: 2, a: 3 }]), ['a', 'b'])
  assert.deepEqual([cellText(null), cellText('x'), cellText({ a: 1 }), cellText(1.5)], ['', 'x', '{"a":1}', '1.5'])
})
