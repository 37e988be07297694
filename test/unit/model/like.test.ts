import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { likeTest } from '#src/model/conditions/like.js'

/** The definition, by a regular expression. */
function byExpression(pattern: string): (text: string) => boolean {
  const source = pattern.replace(/\\?[^]/gu, (token) => {
    if (token === '%') return '[^]*'
    if (token === '_') return '[^]'
    return token.replace(/^\\(?=[^])/u, '').replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&')
  })
  const expression = new RegExp(`^${source}$`, 'u')
  return (text) => expression.test(text)
}

test('a pattern matches what its definition says', () => {
  const pattern = fc.string({ unit: fc.constantFrom('%', '_', 'a', 'b', '\\', '.', '😀'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '%', '_', '\\', '😀'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, text, (like, given) => {
      fc.pre(!/(^|[^\\])(\\\\)*\\$/.test(like))
      assert.equal(likeTest(like)(given), byExpression(like)(given), `${like} ${given}`)
    }),
    { numRuns: 2000 },
  )
})

test('many % take no longer than a few', () => {
  // By trying every way to share the text among the %, this would take longer than anyone waits.
  assert.equal(likeTest(`${'%a'.repeat(200)}%x`)('a'.repeat(2000)), false)
  assert.equal(likeTest(`${'%a'.repeat(200)}%`)('a'.repeat(2000)), true)
})
