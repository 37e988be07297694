import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patternOfForm } from '#src/fit/columns/code-forms.js'
import { formsOfCodes } from '#src/fit/columns/text-forms.js'
import { TrainingRandom } from '#src/fit/random.js'

const random = new TrainingRandom(7)
const one = (from: string): string => from[random.below(from.length)]
const digits = (count: number): string => Array.from({ length: count }, () => one('0123456789')).join('')

/** The forms of many codes, each once. */
function forms(codeOf: (i: number) => string, count = 300): Set<string> {
  const found = formsOfCodes(Array.from({ length: count }, (_, i) => ({ text: codeOf(i), count: 1 })))
  assert.ok(found !== null)
  return new Set(found)
}

test('what codes of several lengths share stays, for each length', () => {
  const found = forms((i) => `INV-${1 + 7 * i}`)
  assert.deepEqual([...found].sort(), ['INV-[1-2][0-9]{3}', 'INV-[1-9]', 'INV-[1-9][0-9]', 'INV-[1-9][0-9]{2}'])
})

test('every code has its form', () => {
  const codes = Array.from({ length: 300 }, (_, i) => ({
    text: `${one('ABC')}${digits(1 + (i % 4))}/${one('xy')}`,
    count: 1,
  }))
  formsOfCodes(codes)!.forEach((form, i) => assert.match(codes[i].text, new RegExp(`^${form}$`, 'u')))
})

test('words that many codes have each are kept, and the others are not', () => {
  assert.deepEqual([...forms((i) => `${['ELC', 'TOY', 'HOM'][i % 3]}-${digits(4)}`)].sort(), [
    'ELC-[0-9]{4}',
    'HOM-[0-9]{4}',
    'TOY-[0-9]{4}',
  ])
  const names = Array.from({ length: 300 }, () => Array.from({ length: 4 }, () => one('abcdefgh')).join(''))
  assert.deepEqual([...forms((i) => `${names[i]}-7`)], ['[a-z]{4}-7'])
})

test('hexadecimal codes stay so, in their case', () => {
  const hex = (alphabet: string, count: number): string => Array.from({ length: count }, () => one(alphabet)).join('')
  const mac = (alphabet: string): string => Array.from({ length: 6 }, () => hex(alphabet, 2)).join(':')
  const expected = (set: string): string => Array.from({ length: 6 }, () => `[${set}]{2}`).join(':')
  assert.deepEqual([...forms(() => mac('0123456789abcdef'))], [expected('0-9a-f')])
  assert.deepEqual([...forms(() => mac('0123456789ABCDEF'))], [expected('0-9A-F')])
})

test('JSON stays JSON with its keys', () => {
  const found = forms((i) => JSON.stringify({ id: 10 + (i % 90), tags: Array.from({ length: i % 3 }, () => 'a') }))
  assert.deepEqual([...found].sort(), [
    String.raw`\{"id":[1-9][0-9],"tags":\["a","a"\]\}`,
    String.raw`\{"id":[1-9][0-9],"tags":\["a"\]\}`,
    String.raw`\{"id":[1-9][0-9],"tags":\[\]\}`,
  ])
})

test('where letters and digits stand in for each other, a place has both', () => {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  assert.deepEqual([...forms(() => Array.from({ length: 8 }, () => one(alphabet)).join(''), 600)], ['[0-9A-Z]{8}'])
})

test('words that would make too many forms are letters', () => {
  const areas = ['SW', 'NW', 'EC', 'M', 'SE', 'N', 'W', 'E']
  const found = forms(
    (i) => (i % 3 === 0 ? `${areas[i % 8]}${digits(1)} ${digits(1)}${one('ABDEFGHJ')}${one('ABDEFGHJ')}` : digits(5)),
    600,
  )
  assert.ok(found.size <= 12, [...found].join(' '))
  assert.ok([...found].some((form) => new RegExp(`^${form}$`).test('SW1 2AB')))
})

test('texts without forms have none', () => {
  const words = 'the quick brown fox jumps over a lazy dog and runs far away from here'.split(' ')
  const text = (): string =>
    Array.from({ length: 3 + random.below(9) }, () => words[random.below(words.length)]).join(' ')
  assert.equal(
    formsOfCodes(Array.from({ length: 400 }, () => ({ text: `${text()}${one(',;.!')} ${text()}`, count: 1 }))),
    null,
  )
})

test('a form is a pattern of earlier versions where it can be one', () => {
  assert.equal(patternOfForm('AB-[0-9]{4}'), 'AB-####')
  assert.equal(patternOfForm('#[0-9a-f]{6}'), String.raw`\#******`)
  assert.equal(patternOfForm(String.raw`v[A-Z]\.[a-z]{2}`), 'v^.??')
  assert.equal(patternOfForm('[1-9][0-9]'), null)
})
