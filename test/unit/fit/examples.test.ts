import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitTable } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { writeModel } from '#src/model/artifact-write.js'
import { tableOf } from '../../support/tables.js'

test('of each column that is not learned, what becomes of it is said with an example of both; the model has none of the table', async () => {
  const random = new TrainingRandom(5)
  const rows = Array.from({ length: 200 }, (_, i) => i)
  const words = ['please', 'ring', 'the', 'bell', 'twice', 'leave', 'it', 'outside', 'thanks', 'again']
  const text = (): string => Array.from({ length: 8 + random.below(6) }, () => words[random.below(10)]).join(' ')
  const table = tableOf({
    id: rows.map((i) => 500 + i),
    plate: rows.map(() => `B-${1000 + random.below(9000)}`),
    phone: rows.map(() => `+49 30 ${1_000_000 + random.below(9_000_000)}`),
    ip: rows.map(() => `81.2.${random.below(256)}.${random.below(256)}`),
    remark: rows.map(() => text()),
    amount: rows.map(() => random.below(50)),
  })
  const notes: string[] = []
  const { artifact } = await fitTable(table, {
    ...{ name: 't', states: 4, seed: 1, minCount: 1, roundExtremes: false },
    onExamples: (more) => notes.push(...more),
  })
  const noteOf = (name: string): string => notes.find((note) => note.startsWith(`column ${name}:`)) ?? ''
  assert.equal(noteOf('id'), 'column id: counts with the records: 500, 501 …')
  for (const name of ['plate', 'phone', 'ip', 'remark'])
    assert.match(noteOf(name), /are not learned; .*: not "[^"]+" but "[^"]+"$/)
  assert.equal(notes.length, 5)
  const [plate] = table.columns[1].values
  assert.ok(noteOf('plate').includes(`not "${String(plate)}"`))
  assert.ok(!writeModel(artifact).includes(String(plate)))
})
