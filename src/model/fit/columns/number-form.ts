/** Numbers as tables print them for people: $1,234.50, 12 %, 1.234,50 €. One form for all of a column. */

interface Form {
  /** A currency or percent sign; none: ''. */
  readonly sign: string
  readonly comma: 'thousands' | 'point'
}

const printed = /^([+-]?)\s*([$€£¥₹]?)\s*([+-]?[\d.,'’]*\d)\s*([$€£¥₹%]?)$/
const thousands = /^[+-]?\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?$/
const pointed = /^[+-]?(?:\d+|\d{1,3}(?:[.'’]\d{3})+),\d+$/
const plain = /^[+-]?\d+(?:\.\d+)?$/
/** Share of the texts that must have the form. */
const enough = 0.95

/**
 * How a column's texts write their numbers, as what takes one of them to the form of a program (1234.50); null where they are not
 * of one form. A comma before three digits and nothing else that tells divides thousands.
 */
export function printedNumbers(texts: readonly string[]): ((text: string) => string) | null {
  const signs = new Map<string, number>()
  let grouped = 0
  let decimal = 0
  for (const text of texts) {
    const match = printed.exec(text.trim())
    if (match === null || (match[2] !== '' && match[4] !== '')) continue
    const [, , before, body, after] = match
    const isGrouped = thousands.test(body)
    const isPointed = pointed.test(body)
    if (!isGrouped && !isPointed && !plain.test(body)) continue
    const sign = before + after
    signs.set(sign, (signs.get(sign) ?? 0) + 1)
    if (isGrouped && !isPointed) grouped++
    if (isPointed && !isGrouped) decimal++
  }
  if (grouped > 0 && decimal > 0) return null
  const form = [...signs].map(([sign, count]) => ({ sign, count })).find(({ count }) => count >= enough * texts.length)
  if (form === undefined || texts.length === 0) return null
  return (text) => programmed(text, { sign: form.sign, comma: decimal > 0 ? 'point' : 'thousands' })
}

/** As a program writes it; a text of another form stays as it is, and so is no number. */
function programmed(text: string, { sign, comma }: Form): string {
  const match = printed.exec(text.trim())
  if (match === null) return text
  const [, minus, before, body, after] = match
  const form = comma === 'thousands' ? thousands : pointed
  if (before + after !== sign || !(form.test(body) || plain.test(body))) return text
  const digits = body.replace(/['’]/g, '')
  if (!form.test(body)) return minus + digits
  return minus + (comma === 'thousands' ? digits.replace(/,/g, '') : digits.replace(/\./g, '').replace(',', '.'))
}
