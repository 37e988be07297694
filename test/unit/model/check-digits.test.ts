import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lawOf } from '#src/fit/columns/check-law.js'
import { checkLaws, satisfies, writeCheckDigits, type CheckLaw } from '#src/model/generated/check-digits.js'

/** From the standards and their examples. */
const known: Readonly<Record<CheckLaw, readonly string[]>> = {
  luhn: ['79927398713', '4111 1111 1111 1111', '378282246310005', '490154203237518'],
  gtin: ['4006381333931', '96385074', '036000291452', '978-0-306-40615-7', '00012345600012'],
  isbn10: ['0-306-40615-2', '080442957X', '3-16-148410-X'],
  iban: ['GB82 WEST 1234 5698 7654 32', 'DE89370400440532013000', 'FR1420041010050500013M02606', 'NO9386011117947'],
}

for (const law of checkLaws) {
  test(`codes that satisfy ${law}, and neighbours that do not`, () => {
    for (const text of known[law]) {
      assert.ok(satisfies(text, law), text)
      const at = text.length - 4
      const other = text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1)
      if (/\d/.test(text[at])) assert.ok(!satisfies(other, law), other)
    }
  })
}

test('any code satisfies a law once it has the check digits for it', () => {
  const digits = (least: number, most = least) => fc.stringMatching(new RegExp(`^\\d{${least},${most}}$`))
  const codes: Record<CheckLaw, fc.Arbitrary<string>> = {
    luhn: digits(8, 19),
    gtin: fc.oneof(digits(8), digits(12, 14)),
    isbn10: digits(10),
    iban: fc.stringMatching(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/),
  }
  for (const law of checkLaws)
    fc.assert(
      fc.property(codes[law], fc.nat(9), (text, before) => {
        const bytes = Buffer.from(`${'9'.repeat(before)}${text}9`)
        writeCheckDigits(law, bytes, before, before + text.length)
        const made = bytes.toString().slice(before, -1)
        return satisfies(made, law) && bytes.toString().endsWith('9') && bytes.toString().startsWith('9'.repeat(before))
      }),
    )
})

test('a law takes twenty codes that all satisfy it', () => {
  const cards = Array.from({ length: 30 }, (_, i) => {
    const bytes = Buffer.from(String(4_000_000_000_000_000 + i * 7919))
    writeCheckDigits('luhn', bytes, 0, 16)
    return bytes.toString()
  })
  assert.equal(lawOf(cards), 'luhn')
  assert.equal(lawOf(cards.slice(0, 19)), null)
  assert.equal(lawOf([...cards, '4000000000000001']), null)
})
