import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailForm } from '#src/fit/columns/email-form.js'
import { columnOf } from '../../support/tables.js'

const first = ['Anna', 'Björn', 'Zoë', 'Liam', 'Mia', 'Noah']
const last = ['Smith', "O'Hara", 'Weiß', 'Li', 'Núñez', 'Stone']
const plain = ['anna smith', 'bjorn ohara', 'zoe weiss', 'liam li', 'mia nunez', 'noah stone'].map((text) =>
  text.split(' '),
)
const parts = [
  { reference: 'first', raw: columnOf('first', first) },
  { reference: 'last', raw: columnOf('last', last) },
  { reference: 'city', raw: columnOf('city', ['Rome', 'Oslo', 'Rome', 'Bonn', 'Oslo', 'Rome']) },
]

const forms: readonly [template: string, local: (first: string, last: string, i: number) => string][] = [
  ['{first|slug}.{last|slug}', (a, b) => `${a}.${b}`],
  ['{last|slug}_{first|slug}', (a, b) => `${b}_${a}`],
  ['{first|initial}{last|slug}', (a, b, i) => `${a[0]}${b}${i % 2 === 0 ? '' : i}`],
  ['{first|slug}{last|initial}', (a, b) => `${a}${b[0]}`.toUpperCase()],
  ['{first|slug}', (a, _, i) => `${a}${i * 100}`],
]
for (const [template, local] of forms) {
  test(`addresses that are like ${local('anna', 'smith', 1)} follow ${template}`, () => {
    const emails = columnOf(
      'mail',
      plain.map(([a, b], i) => `${local(a, b, i)}@mail${i}.org`),
    )
    assert.equal(emailForm(emails, parts), template)
  })
}

test('the first and last words of a full name are its parts', () => {
  const raw = columnOf(
    'name',
    first.map((one, i) => `${one} van ${last[i]}`),
  )
  const emails = columnOf(
    'mail',
    plain.map(([a, b]) => `${b}.${a}@example.org`),
  )
  const named = (['first', 'last'] as const).map((word) => ({ reference: `name.${word}`, raw, word }))
  assert.equal(emailForm(emails, named), '{name.last|slug}.{name.first|slug}')
})

test('addresses that follow no column have no form', () => {
  const emails = columnOf(
    'mail',
    plain.map((_, i) => `user${i}@example.org`),
  )
  assert.equal(emailForm(emails, parts), null)
})
