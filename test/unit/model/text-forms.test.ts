import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Template } from '#src/model/generated/template.js'
import { slug } from '#src/model/generated/text-forms.js'

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** As documented, without a short cut for what is plain already. */
function plainSlug(text: string): string {
  const folded = Array.from(text.toLowerCase(), (letter) => letters[letter] ?? letter).join('')
  const kept = folded.normalize('NFD').replace(/[^a-z0-9]/g, '')
  return kept === '' ? Array.from(text, (letter) => letter.codePointAt(0)!.toString(16)).join('') : kept
}

/** Names as they are, with and without accents, and any other texts. */
const texts = fc.array(
  fc.oneof(fc.constantFrom('Anna', 'Çelik', 'Ørsted', 'O’Brien', '李', ''), fc.string({ unit: 'binary' })),
  {
    minLength: 1,
    maxLength: 20,
  },
)

test('a slug is the ASCII letters and digits of a text, however plain it is', () => {
  fc.assert(fc.property(texts, (all) => assert.deepEqual(all.map(slug), all.map(plainSlug))))
})

test('a template inserts the texts of a dictionary byte for byte, whether or not all are ASCII', () => {
  fc.assert(
    fc.property(texts, (dictionary) => {
      const codes = Uint16Array.from(dictionary.keys())
      const vector = { kind: 'dictionary', codes } as const
      const input = { vector, type: { kind: 'string' }, dictionary, maxBytes: 0, filter: 'none' } as const
      const template = new Template(['<', input, '>'], false, 0, dictionary.length, () => 0)
      template.begin()
      template.draw(new Int32Array(0), new Float64Array(0), 0, dictionary.length)
      const { bytes, offsets } = template.vector
      const found = dictionary.map((_, row) =>
        Buffer.from(bytes.subarray(offsets[row], offsets[row + 1])).toString('hex'),
      )
      assert.deepEqual(
        found,
        dictionary.map((text) => Buffer.concat(['<', text, '>'].map((part) => Buffer.from(part))).toString('hex')),
      )
    }),
  )
})
