import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detect, readAsKind, type Detected, type DetectedKind } from '#src/fit/columns/detect.js'
import type { Cell } from '#src/fit/table/table.js'
import { tableOf } from '../../support/tables.js'

const plain = { missing: new Set<string>() }

function looked(name: string, cells: readonly Cell[], typed = false): Detected {
  const table = tableOf({ [name]: cells }, typed)
  return detect(table.columns[0], table, plain)
}

function learned(name: string, cells: readonly Cell[], typed = false) {
  const detected = looked(name, cells, typed)
  assert.equal(detected.place, 'learned')
  return detected.learned
}

function outside(name: string, cells: readonly Cell[]) {
  const detected = looked(name, cells)
  assert.equal(detected.place, 'outside', JSON.stringify(detected).slice(0, 200))
  return detected.outside
}

/** `count` cells by their index. */
const many = (count: number, cell: (i: number) => Cell): Cell[] => Array.from({ length: count }, (_, i) => cell(i))

test('integers keep their step', () => {
  const column = learned('amount', ['100', '250', '1000', '250'])
  assert.deepEqual([column.kind, column.grain, column.held], ['integer', 50, [100, 250, 1000]])
})

test('whole numbers written with a fraction of zero are integers', () => {
  assert.deepEqual(learned('n', ['1.0', '2.0', '17.0']).type, { kind: 'integer' })
})

test('decimals are held as integers of their scale', () => {
  const column = learned('price', ['0.5', '12.25', '-3', '1e-1'])
  assert.deepEqual([column.type, column.held], [{ kind: 'decimal', scale: 2 }, [50, 1225, -300, 10]])
})

test('numbers of many decimal places are reals', () => {
  const column = learned('ratio', ['0.1234567891', '2.5'])
  assert.deepEqual([column.kind, column.grain, column.held], ['real', 0, [0.1234567891, 2.5]])
})

test('coordinates keep their places, and what floating point adds to a decimal is none', () => {
  assert.deepEqual(learned('lng', ['8.71066995', '8.5']).type, { kind: 'decimal', scale: 8 })
  const sum = learned('sum', [0.1 + 0.2, 0.5], true)
  assert.deepEqual([sum.type, sum.held], [{ kind: 'decimal', scale: 1 }, [3, 5]])
})

test('digits with a leading zero, and more digits than a number has, are texts', () => {
  assert.equal(learned('zip', ['00501', '10001', '00501', '94110']).kind, 'category')
  assert.equal(learned('card', ['12345678901234567890', '2', '2']).kind, 'category')
})

test('a file that tells text from numbers is believed', () => {
  assert.equal(learned('code', ['1', '2', '2', '3'], true).kind, 'category')
  assert.equal(learned('n', [1, 2, 2, 3], true).kind, 'integer')
})

test('cells that say that a number is missing are missing, and counted', () => {
  const column = learned('n', [...many(40, (i) => String(i % 7)), 'NA', 'NaN', 'inf', 'NA', null])
  assert.equal(column.kind, 'integer')
  assert.deepEqual(column.notes, [
    'column n: 2 cells "NA" were read as missing',
    'column n: 1 cells "NaN" were read as missing',
    'column n: 1 cells "inf" were read as missing',
  ])
  assert.deepEqual(column.held.slice(-3), [null, null, null].slice(-3))
})

test('a few other values among numbers are dropped with their count and the first row', () => {
  const column = learned(
    'age',
    many(100, (i) => (i === 41 ? 'forty' : i === 70 ? '70y' : String(i % 50))),
  )
  assert.equal(column.kind, 'integer')
  assert.deepEqual(column.notes, [
    'column age: 2 of 100 values are not numbers and were read as missing (first: "forty" in row 42)',
  ])
})

test('many other values among numbers make categories', () => {
  assert.equal(
    learned(
      'size',
      many(100, (i) => (i % 5 === 0 ? 'XL' : String(i % 3))),
    ).kind,
    'category',
  )
})

test('true and false are booleans in any case; yes and no only where a columns file says so', () => {
  assert.deepEqual(learned('b', ['True', 'FALSE', 'true']).held, [true, false, true])
  assert.deepEqual(learned('b', [true, false], true).kind, 'boolean')
  assert.equal(learned('b', ['yes', 'no', 'no']).kind, 'category')
  const table = tableOf({ b: ['yes', 'no', 'no'] })
  const forced = readAsKind(table.columns[0], table, plain, 'boolean')
  assert.deepEqual(forced.place === 'learned' && forced.learned.held, [true, false])
})

test('dates are held in days, times in milliseconds with their granularity and zone', () => {
  const date = learned('d', ['1970-01-02', '1970-01-31'])
  assert.deepEqual([date.kind, date.held], ['date', [1, 30]])
  const time = learned('t', ['2024-01-01T00:00:00+02:00', '2024-01-01T00:15:00+02:00'])
  assert.deepEqual([time.kind, time.grain, time.detail], ['timestamp', 900_000, '+02:00'])
  assert.deepEqual(time.held, [Date.UTC(2023, 11, 31, 22), Date.UTC(2023, 11, 31, 22, 15)])
})

test('dates that could be day/month or month/day say how they were read', () => {
  assert.match(learned('d', ['03/04/2024', '05/06/2024']).notes[0], /read as month\/day; set order/)
  const certain = learned('d', ['03/04/2024', '25/06/2024'])
  assert.deepEqual(certain.notes, [])
  assert.deepEqual(certain.held[0], Date.UTC(2024, 3, 3) / 86_400_000)
})

test('a column without a value is a category that is always missing', () => {
  assert.deepEqual(learned('nothing', [null, null]).held, [null])
})

test('an identifying integer for each row is a sequence', () => {
  assert.deepEqual(
    outside(
      'id',
      many(30, (i) => 1000 + 5 * i),
    ),
    { kind: 'sequence', missing: 0, start: 1000, step: 5 },
  )
  assert.deepEqual(outside('customer_id', ['7', '3', '12']), { kind: 'sequence', missing: 0, start: 3, step: 1 })
  const shuffled = many(100, (i) => 500 + ((i * 7) % 100))
  assert.deepEqual(outside('n', shuffled), { kind: 'sequence', missing: 0, start: 500, step: 1 })
  for (const name of ['Kunden-Nr', 'Kundennummer', 'Rechnung Nr.', 'InvoiceNo', 'ID'])
    assert.equal(outside(name, ['10001', '10007', '10003']).start, 10001, name)
  for (const name of ['piano', 'Width', 'Genre', 'Henry'])
    assert.equal(learned(name, ['10001', '10007', '10003']).kind, 'integer', name)
  assert.equal(
    learned(
      'year',
      many(24, (i) => 2000 + i),
    ).kind,
    'integer',
  )
})

test('a column that a columns file calls a sequence goes on from the table', () => {
  const forced = (cells: readonly Cell[]): Detected => {
    const table = tableOf({ n: cells })
    return readAsKind(table.columns[0], table, plain, 'sequence')
  }
  const sequence = (start: number, step: number): Detected => ({
    place: 'outside',
    outside: { kind: 'sequence', missing: 0, start, step },
  })
  assert.deepEqual(forced(['10001', '10002', '10003']), sequence(10001, 1))
  assert.deepEqual(forced(['30', '20', '10']), sequence(30, -10))
  assert.deepEqual(forced(['12', '7', '7', null, '9']), sequence(7, 1))
  assert.deepEqual(forced(['a', 'b', 'c']), sequence(1, 1))
})

const kinds: readonly [DetectedKind, string, (i: number) => string][] = [
  ['uuid', 'ref', (i) => `${String(i).padStart(8, '0')}-1a2b-4c3d-8e4f-0123456789ab`],
  ['email', 'contact', (i) => `user${i}@mail.example.org`],
  ['url', 'link', (i) => `https://example.org/page/${i}`],
  ['ip', 'host', (i) => `10.0.${i}.${255 - i}`],
  ['phone', 'phone', (i) => `+1 (555) ${100 + i}-${4000 + 7 * i}`],
  ['name', 'customer_name', (i) => `${'ABCDEFGH'[i % 8]}nna ${'KLMNOPQR'[i >> 3]}ing`],
  ['first_name', 'first_name', (i) => `N${'abcdefghij'[i % 10]}${'klmnop'[Math.floor(i / 10)]}`],
  ['address', 'street_address', (i) => `${i + 1} Oak Street`],
  ['pattern', 'sku', (i) => `AB-${1000 + i}`],
  ['text', 'comment', (i) => `${'so '.repeat(i % 5)}remark ${i}: ${'very '.repeat(i % 9)}good`],
]
for (const [kind, name, cell] of kinds) {
  test(`a column of ${kind} is made, not learned`, () => {
    assert.equal(outside(name, many(60, cell)).kind, kind)
  })
}

test('a pattern keeps what all texts share', () => {
  assert.equal(
    outside(
      'sku',
      many(60, (i) => `A#-${100 + i}x`),
    ).pattern,
    String.raw`A\#-###x`,
  )
})

test('the share of missing values of a made column is kept', () => {
  const column = outside(
    'email',
    many(80, (i) => (i % 4 === 0 ? null : `user${i}@example.org`)),
  )
  assert.deepEqual([column.kind, column.missing], ['email', 0.25])
})

test('the version of UUIDs is kept', () => {
  assert.equal(
    outside(
      'id',
      many(60, (i) => `018f0000-00${10 + i}-7abc-8def-0123456789ab`),
    ).version,
    7,
  )
})

test('texts that repeat are categories, 5,000 of them too', () => {
  const column = learned(
    'city',
    many(20_000, (i) => `city ${i % 5000}`),
  )
  assert.deepEqual([column.kind, column.held.length], ['category', 5000])
})

test('three rows of texts are three categories', () => {
  assert.equal(learned('city', ['Oslo', 'Rome', 'Bern']).kind, 'category')
})

test('a kind that no value has is refused with the first value', () => {
  const table = tableOf({ city: ['Oslo', 'Rome'] })
  assert.throws(() => readAsKind(table.columns[0], table, plain, 'integer'), {
    code: 'TABLE_INVALID',
    message: /no value of column city is of kind integer; found "Oslo"/,
  })
})

test('numbers as bookkeepers print them', () => {
  const held = (cells: readonly string[]): unknown => learned('n', cells).held
  assert.deepEqual(held(['7.462,56-', '7.182,56', '206,75-']), [-746256, 718256, -20675])
  assert.deepEqual(held(['(7,462.56)', '7,182.56', '(0.75)']), [-746256, 718256, -75])
  assert.deepEqual(
    held(['$(1,234.00)', '$12.50', '-$3.00', '0']),
    [-123400, 1250, -300, 0].map((n) => n / 10),
  )
  assert.deepEqual(held(['CHF 7,462.56', 'CHF -12.50', 'CHF 0.25']), [746256, -1250, 25])
  assert.deepEqual(held(['1’234.50', "12'345.75", '9.25']), [123450, 1234575, 925])
  assert.deepEqual(held(['1 234,56 €', '12,25 €', '−3,50 €']), [123456, 1225, -350])
  assert.deepEqual(held(['12 345', '999', '1 234 567']), [12345, 999, 1234567])
  assert.deepEqual(held(['12,34,567.25', '1,234.50']), [123456725, 123450])
  assert.deepEqual(held(['12.5 kg', '3 kg']), [125, 30])
  assert.deepEqual(held(['12.5 EUR', '3 EUR-']), [125, -30])
})

test('what only looks like amounts stays as it is', () => {
  for (const cells of [
    ['EUR 12', 'USD 13'],
    ['INV 12', 'INV 13'],
    ['12 kg', '3 m'],
    ['1-2', '3-4'],
    ['030 123 456', '044 123 456'],
  ])
    assert.equal(learned('n', [...cells, ...cells]).kind, 'category', cells.join())
})

test('numbers as people print them are numbers, in the one form that a column has', () => {
  const held = (cells: readonly string[]): unknown => learned('n', cells).held
  assert.deepEqual(held(['$1,234.50', '-$7', '$12.25']), [123450, -700, 1225])
  assert.deepEqual(held(['12.5%', '3 %', '100%']), [125, 30, 1000])
  assert.deepEqual(held(['1,31', '12,5', '1.234,75 ']), [131, 1250, 123475])
  assert.deepEqual(held(["1'234'567", '12', "9'000"]), [1234567, 12, 9000])
  assert.deepEqual(held(['1,234,567', '12', 'n/a', '9,000']), [1234567, 12, null, 9000])
  assert.match(learned('n', ['$5', '$6']).notes[0], /"\$5" is 5/)
})

test('a dot divides thousands where the comma is before the decimal places', () => {
  const held = (cells: readonly string[]): unknown => learned('n', cells).held
  assert.deepEqual(held(['556,33', '1.234', '7']), [55633, 123400, 700])
  assert.deepEqual(held(['1.234.567,5', '12.000', '0,5']), [12345675, 120000, 5])
})

test('a few decimal commas among whole numbers are not lost', () => {
  const column = learned(
    'n',
    many(100, (i) => (i === 50 ? '50,5' : String(i))),
  )
  assert.deepEqual([column.held[50], column.type], [505, { kind: 'decimal', scale: 1 }])
})

test('semicolons between cells tell that the comma is before the decimal places', () => {
  const table = tableOf({ n: ['1,234', '12,500', '7'] })
  const detected = detect(table.columns[0], table, { ...plain, semicolons: true })
  assert.deepEqual(detected.place === 'learned' && detected.learned.held, [1234, 12500, 7000])
  assert.deepEqual(learned('n', ['1,234', '12,500', '7']).held, [1234, 12500, 7])
})

test('the sign before decimal places can be said', () => {
  const held = (decimal: ',' | '.', cells: readonly string[], typed = false): unknown => {
    const table = tableOf({ n: cells }, typed)
    const read = readAsKind(table.columns[0], table, { ...plain, decimal }, 'decimal')
    return read.place === 'learned' && read.learned.held
  }
  assert.deepEqual(held(',', ['1.234', '12', '1.234.567']), [1234, 12, 1234567])
  assert.deepEqual(held(',', ['1 234,5 €', '12 €']), [12345, 120])
  assert.deepEqual(held('.', ['1,234', '12.5']), [12340, 125])
  assert.deepEqual(held(',', ['556,33', '1,5'], true), [55633, 150])
})

test('texts that look like numbers and are not read as such are noted', () => {
  assert.match(learned('pay', ['$5', '€6', '€6']).notes[0], /column pay: its texts look like numbers \(such as "\$5"\)/)
  const typed = learned('pay', ['12.50', '7.25', '12.50'], true)
  assert.match(typed.notes[0], /set kind: decimal in a columns file/)
  const many300 = outside(
    'pay',
    many(300, (i) => `${i % 2 === 0 ? '$' : '€'}${i},50`),
  )
  assert.match(many300.notes?.[0] ?? '', /look like numbers/)
  for (const cells of [['00501', '10001', '00501'], ['a', 'b', 'b'], ['1.2.3', '1.3.4'], [null]])
    assert.deepEqual(learned('n', cells).notes, [], String(cells))
})

test('texts of several forms of number, and lists of numbers, stay what they are', () => {
  for (const cells of [
    ['1,5', '12.5', '7'],
    ['$5', '€6'],
    ['1,5', '1,234,567'],
    ['1,2,3', '4,5,6'],
    ['12%', '13', '14%', '15'],
    ['1.2.3', '1.3.4'],
  ]) {
    assert.equal(learned('n', cells).kind, 'category', cells.join(' '))
  }
})

test('eight digits that are a day each are dates, and eight other digits are not', () => {
  const days = learned('day', ['20240229', '19991231', '20240301'])
  assert.deepEqual([days.kind, days.held], ['date', [19782, 10956, 19783]])
  assert.equal(learned('day', [20240229, 19991231], true).kind, 'date')
  assert.equal(learned('day', ['20240229', '20240230']).kind, 'integer')
  assert.equal(learned('day', ['20240229', '20240229']).kind, 'integer')
})

test('codes without a common form stay codes, and are not put into words', () => {
  const codes = many(300, (i) => `K${(i * 7919 + 11).toString(36)}${i % 3 === 0 ? 'x' : ''}`)
  assert.equal(outside('code', codes).kind, 'pattern')
  assert.equal(
    outside(
      'serial',
      many(300, (i) => `${'9'.repeat(18 + (i % 4))}${100 + i}`),
    ).kind,
    'pattern',
  )
  assert.equal(
    outside(
      'note',
      many(300, (i) => `see item ${i}`.repeat(1 + (i % 3))),
    ).kind,
    'pattern',
  )
})
