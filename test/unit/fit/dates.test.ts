import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { dateOrderOf, parseTime } from '#src/fit/columns/dates.js'

const forms: readonly [string, string][] = [
  ['2024-01-31', '2024-01-31T00:00:00.000Z'],
  ['2024/1/31', '2024-01-31T00:00:00.000Z'],
  ['31.1.2024', '2024-01-31T00:00:00.000Z'],
  ['1/31/2024', '2024-01-31T00:00:00.000Z'],
  ['1/31/99', '1999-01-31T00:00:00.000Z'],
  ['Jan 31 2024', '2024-01-31T00:00:00.000Z'],
  ['January 31st, 2024', '2024-01-31T00:00:00.000Z'],
  ['31 January 2024', '2024-01-31T00:00:00.000Z'],
  ['31-Jan-2024', '2024-01-31T00:00:00.000Z'],
  ['Wed, 31 Jan 2024 10:20:30 GMT', '2024-01-31T10:20:30.000Z'],
  ['2024-01-31 10:20', '2024-01-31T10:20:00.000Z'],
  ['2024-01-31T10:20:30.123456789Z', '2024-01-31T10:20:30.123Z'],
  ['2024-01-31T10:20:30+05:30', '2024-01-31T04:50:30.000Z'],
  ['2024-01-31T10:20:30-0800', '2024-01-31T18:20:30.000Z'],
  ['1/31/2024 12:05 AM', '2024-01-31T00:05:00.000Z'],
  ['1/31/2024, 1:05:09 p.m.', '2024-01-31T13:05:09.000Z'],
]
for (const [text, iso] of forms) {
  test(`${text} is ${iso}`, () => {
    const time = parseTime(text, 'MDY')
    assert.equal(time && new Date(time.millis).toISOString(), iso)
  })
}

test('days that no calendar has, times that no clock has and other texts are not dates', () => {
  const none = ['2024-02-30', '2023-02-29', '2024-13-01', '31/31/2024', '2024-01-01T24:30', '2024-01-01 13:00 PM']
  for (const text of [...none, '2024', '12-34', 'Jan', 'May Flowers 2024', '1.2.3.4', '']) {
    assert.equal(parseTime(text, 'MDY'), undefined, text)
  }
})

test('every time that a Date writes is read back', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        assert.equal(parseTime(date.toISOString(), 'DMY')?.millis, date.getTime())
      },
    ),
  )
})

test('a day above 12 tells the order of day and month', () => {
  assert.deepEqual(dateOrderOf(['03/04/2024', '13/04/2024']), { order: 'DMY', certain: true })
  assert.deepEqual(dateOrderOf(['03/04/2024', '04/13/2024']), { order: 'MDY', certain: true })
  assert.deepEqual(dateOrderOf(['03/04/2024']), { order: 'MDY', certain: false })
  assert.deepEqual(dateOrderOf(['03.04.2024']), { order: 'MDY', certain: true })
})
