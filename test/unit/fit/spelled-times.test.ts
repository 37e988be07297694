import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spelledTimes, type SpelledTimes } from '#src/fit/columns/spelled-times.js'
import { TrainingRandom } from '#src/fit/random.js'
import { spelled } from '#src/model/time/spelling.js'

const dayMs = 86_400_000
const random = new TrainingRandom(5)
/** Times of 2019 to 2024. */
const times = Array.from(
  { length: 120 },
  () => new Date(1_546_300_800_000 + random.below(6 * 365 * 1440) * 60_000 + random.below(60_000)),
)
const two = (value: number): string => String(value).padStart(2, '0')
const iso = (at: Date): string => at.toISOString()
const [day, month, year] = [
  (at: Date) => at.getUTCDate(),
  (at: Date) => at.getUTCMonth(),
  (at: Date) => at.getUTCFullYear(),
]
const hour = (at: Date): number => at.getUTCHours()
const clock = (at: Date): string => iso(at).slice(11, 19)
const english = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const german = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')
const french = 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' ')
const spanish = 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' ')
const weekdays = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')

/** What is read of the texts; each must come back as it was. */
function found(textOf: (at: Date) => string): SpelledTimes {
  const texts = times.map(textOf)
  const result = spelledTimes(texts)
  assert.ok(result !== null, texts[0])
  const { kind, spelling, read } = result
  for (const text of texts) {
    const held = read(text)
    assert.ok(held !== undefined, text)
    assert.equal(spelled(held, { kind, spelling }), text)
  }
  return result
}

/** Counted from the week with the 4th of January, by the year of the week's Thursday. */
function isoWeek(at: Date, separator: string): string {
  const thursday = new Date(at.getTime() + (4 - (at.getUTCDay() || 7)) * dayMs)
  const before = Math.floor((thursday.getTime() - Date.UTC(year(thursday), 0, 1)) / dayMs)
  return `${year(thursday)}${separator}W${two(1 + Math.floor(before / 7))}`
}

test('a month is its first day, and a week its Monday, in the year of its Thursday', () => {
  const read = (texts: string[]): (string | undefined)[] => {
    const found = spelledTimes(texts)
    return texts.map((text) => {
      const held = found?.read(text)
      return held === undefined ? undefined : iso(new Date(held * dayMs)).slice(0, 10)
    })
  }
  assert.deepEqual(read(['2023-05', '1999-12']), ['2023-05-01', '1999-12-01'])
  assert.deepEqual(read(['2020-W53', '2021-W01', '2024-W01']), ['2020-12-28', '2021-01-04', '2024-01-01'])
  const reader = spelledTimes(['2020-W53', '2021-W01'])!.read
  assert.equal(reader('2021-W53'), undefined)
  assert.equal(reader('2021-W00'), undefined)
})

test('codes that only look like months or weeks are none', () => {
  for (const texts of [
    ['2023-13', '2023-05'],
    ['4711-05', '4712-06'],
    ['2023-5', '2023-12'],
    ['2023-W07', '2023-W54'],
    ['2023-X07', '2023-X08'],
  ])
    assert.equal(spelledTimes(texts), null, texts[0])
})

const dates: [string, (at: Date) => string][] = [
  ['yyyy-MM-dd', (at) => iso(at).slice(0, 10)],
  ['yyyy-dd-MM', (at) => `${year(at)}-${two(day(at))}-${two(month(at) + 1)}`],
  ['yyyy/MM/dd', (at) => iso(at).slice(0, 10).replaceAll('-', '/')],
  ['yy-MM-dd', (at) => iso(at).slice(2, 10)],
  ['dd.MM.yy', (at) => `${two(day(at))}.${two(month(at) + 1)}.${two(year(at) % 100)}`],
  ['d.M.yyyy', (at) => `${day(at)}.${month(at) + 1}.${year(at)}`],
  ['M/d/yyyy', (at) => `${month(at) + 1}/${day(at)}/${year(at)}`],
  ['dd/MM/yyyy', (at) => `${two(day(at))}/${two(month(at) + 1)}/${year(at)}`],
  ['dd-MMM-yy', (at) => `${two(day(at))}-${english[month(at)].toUpperCase()}-${year(at) % 100}`],
  ['MMM d, yyyy', (at) => `${english[month(at)]} ${day(at)}, ${year(at)}`],
  ['d. MMM yyyy', (at) => `${day(at)}. ${german[month(at)]} ${year(at)}`],
  ['d MMM yyyy', (at) => `${day(at)} ${french[month(at)]} ${year(at)}`],
  ["d 'de' MMM 'de' yyyy", (at) => `${day(at)} de ${spanish[month(at)]} de ${year(at)}`],
  ['yyyy年M月d日', (at) => `${year(at)}年${month(at) + 1}月${day(at)}日`],
]

for (const [pattern, textOf] of dates)
  test(`dates such as ${textOf(times[0])} are read, and written as they are`, () => {
    const { kind, spelling, read } = found(textOf)
    assert.deepEqual([kind, spelling.pattern], ['date', pattern])
    for (const at of times) assert.equal(read(textOf(at)), Math.floor(at.getTime() / dayMs))
  })

const months: [string, (at: Date) => string][] = [
  ['yyyy-MM', (at) => iso(at).slice(0, 7)],
  ['MM/yyyy', (at) => `${two(month(at) + 1)}/${year(at)}`],
  ['MMM yyyy', (at) => `${german[month(at)]} ${year(at)}`],
  ["YYYY-'W'ww", (at) => isoWeek(at, '-')],
  ["YYYY'W'ww", (at) => isoWeek(at, '')],
]

for (const [pattern, textOf] of months)
  test(`months and weeks such as ${textOf(times[0])} are read, and written as they are`, () => {
    const { kind, spelling } = found(textOf)
    assert.deepEqual([kind, spelling.pattern], ['date', pattern])
  })

const stamps: [string, string | null, number, (at: Date) => string][] = [
  ["yyyyMMdd'T'HHmmss'Z'", 'Z', 0, (at) => iso(at).slice(0, 19).replace(/[-:]/g, '') + 'Z'],
  ['yyyy-MM-dd HH:mm:ss', null, 0, (at) => iso(at).slice(0, 19).replace('T', ' ')],
  ["yyyy-MM-dd'T'HH:mm:ss+02:00", '+02:00', 120, (at) => `${iso(at).slice(0, 19)}+02:00`],
  ["yyyy-MM-dd HH:mm:ss 'EST'", 'EST', -300, (at) => `${iso(at).slice(0, 19).replace('T', ' ')} EST`],
  ["yyyy-MM-dd HH:mm:ss 'CET'", 'CET', 60, (at) => `${iso(at).slice(0, 19).replace('T', ' ')} CET`],
  [
    'dd/MMM/yyyy:HH:mm:ss +0000',
    '+0000',
    0,
    (at) => `${two(day(at))}/${english[month(at)]}/${year(at)}:${clock(at)} +0000`,
  ],
  [
    'EEE MMM dd HH:mm:ss +0000 yyyy',
    '+0000',
    0,
    (at) => `${weekdays[at.getUTCDay()]} ${english[month(at)]} ${two(day(at))} ${clock(at)} +0000 ${year(at)}`,
  ],
  ["dd.MM.yyyy HH:mm:ss 'Uhr'", null, 0, (at) => `${two(day(at))}.${two(month(at) + 1)}.${year(at)} ${clock(at)} Uhr`],
  [
    'M/d/yyyy h:mm:ss a',
    null,
    0,
    (at) =>
      `${month(at) + 1}/${day(at)}/${year(at)} ${hour(at) % 12 || 12}${clock(at).slice(2)} ${hour(at) < 12 ? 'AM' : 'PM'}`,
  ],
  ['yyyy-MM-dd-HH.mm.ss', null, 0, (at) => `${iso(at).slice(0, 10)}-${clock(at).replaceAll(':', '.')}`],
]

for (const [pattern, zone, offset, textOf] of stamps)
  test(`times such as ${textOf(times[0])} are read, and written as they are`, () => {
    const result = found(textOf)
    assert.deepEqual([result.kind, result.spelling.pattern, result.zone], ['timestamp', pattern, zone])
    for (const at of times) {
      const seconds = Math.floor(at.getTime() / 1000) * 1000
      assert.equal(result.read(textOf(at)), seconds - offset * 60_000)
    }
  })

test('times of day are read, with AM and PM too', () => {
  const clocks: [string, (at: Date) => string][] = [
    ['HH:mm', (at) => clock(at).slice(0, 5)],
    ['HH:mm:ss', clock],
    ['h:mm a', (at) => `${hour(at) % 12 || 12}:${clock(at).slice(3, 5)} ${hour(at) < 12 ? 'AM' : 'PM'}`],
    ['hh:mma', (at) => `${two(hour(at) % 12 || 12)}:${clock(at).slice(3, 5)}${hour(at) < 12 ? 'am' : 'pm'}`],
    ["H'h'mm", (at) => `${hour(at)}h${clock(at).slice(3, 5)}`],
  ]
  for (const [pattern, textOf] of clocks) {
    const result = found(textOf)
    assert.deepEqual([result.kind, result.spelling.pattern], ['time', pattern])
    const first = times[0]
    const minutes = (result.read(textOf(first)) ?? 0) / 60_000
    assert.equal(Math.floor(minutes), hour(first) * 60 + first.getUTCMinutes())
  }
})

test('what only looks like a date or a time is none', () => {
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('')
  const hex = (): string => two(random.below(100)).replace('0', 'a')
  const others: (() => string)[] = [
    () => `${random.below(256)}.${random.below(256)}.${random.below(256)}.${random.below(256)}`,
    () => `${random.below(9)}.${random.below(20)}.${random.below(30)}`,
    () => `${digits(3)}-${digits(2)}-${digits(4)}`,
    () => `${random.below(6)}:${random.below(6)}`,
    () => [hex(), hex(), hex(), hex(), hex(), hex()].join(':'),
    () => `AB-${digits(4)}`,
    () => `${60 + random.below(39)}:${two(random.below(60))}`,
  ]
  for (const other of others) {
    const texts = Array.from({ length: 100 }, other)
    assert.equal(spelledTimes(texts), null, texts[0])
  }
})

test('years of two digits are those of people who are born, or of orders that are made', () => {
  const readOf = (from: number, to: number): ((text: string) => number | undefined) => {
    const texts = Array.from(
      { length: 200 },
      (_, i) => `${two(1 + (i % 28))}/${two(1 + (i % 12))}/${two((from + (i % (to - from + 1))) % 100)}`,
    )
    return spelledTimes(texts)!.read
  }
  const yearOf = (days = NaN): number => new Date(days * dayMs).getUTCFullYear()
  assert.equal(yearOf(readOf(1945, 2005)('13/05/45')), 1945)
  assert.equal(yearOf(readOf(1945, 2005)('13/05/05')), 2005)
  assert.equal(yearOf(readOf(2019, 2024)('13/05/24')), 2024)
  assert.equal(yearOf(readOf(1995, 1999)('13/05/97')), 1997)
})

test('the day is told from the month where something tells them apart', () => {
  const open = spelledTimes(['03/04/2024', '05/06/2024'])
  assert.deepEqual([open?.spelling.pattern, open?.certain], ['MM/dd/yyyy', false])
  const asked = spelledTimes(['03/04/2024', '05/06/2024'], 'DMY')
  assert.deepEqual([asked?.spelling.pattern, asked?.certain], ['dd/MM/yyyy', true])
  const told = spelledTimes(['03/04/2024', '25/06/2024', '26/06/2024'])
  assert.deepEqual([told?.spelling.pattern, told?.certain], ['dd/MM/yyyy', true])
})
