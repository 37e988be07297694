import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeModel } from '#src/cli/describe-model.js'
import { describeText } from '#src/cli/describe-text.js'
import { fitTable } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { writeModel } from '#src/model/artifact-write.js'
import { parseModel } from '#src/model/load.js'
import { tableOf } from '../../support/tables.js'

test('the share of missing values is shown of every column that has some', async () => {
  const random = new TrainingRandom(9)
  const rows = Array.from({ length: 400 }, (_, i) => i)
  const some = <T>(share: number, value: (i: number) => T): (T | null)[] =>
    rows.map((i) => ((i * 7) % 100 < share ? null : value(i)))
  const word = (): string => ['rain', 'snow', 'wind', 'fog', 'sun', 'hail'][random.below(6)]
  const table = tableOf({
    serial: some(20, () => `SN-${100_000 + random.below(900_000)}`),
    code: some(30, (i) => (i % 2 === 0 ? `A-${1000 + random.below(9000)}` : `BB-${10 + random.below(90)}-${1000 + i}`)),
    phone: some(40, () => `+49 ${['30', '89'][random.below(2)]} ${1_000_000 + random.below(9_000_000)}`),
    remark: some(
      50,
      (i) => `${word()} ${word()} ${word()} ${word()} ${word()} ${word()} ${word()} ${word()} ${word()} ${i}`,
    ),
    amount: some(10, () => random.below(40)),
    whole: rows,
  })
  const { artifact } = await fitTable(table, { name: 't', states: 4, seed: 1, minCount: 1, roundExtremes: false })
  const description = describeModel(parseModel(Buffer.from(writeModel(artifact)), 't'))
  const missing = (name: string): number | undefined =>
    description.columns.find((column) => column.name === name)?.missing
  for (const [name, share] of Object.entries({ serial: 0.2, code: 0.3, phone: 0.4, remark: 0.5, amount: 0.1 }))
    assert.ok(Math.abs(missing(name)! - share) < 0.001, `${name}: ${missing(name)}`)
  assert.equal(missing('whole'), undefined)
  assert.match(describeText(description), /^remark +text +string +50\.00 %/m)
})
