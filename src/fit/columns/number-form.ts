/** Numbers as tables print them for people: $1,234.50, 12 %, 1.234,50 €. One form for all of a column. */

interface Form {
  /** A currency or percent sign; none: ''. */
  readonly sign: string
  readonly comma: 'thousands' | 'point'
}

/** What tells thousands from decimal places beside the texts themselves. */
export interface Punctuation {
  /** Said by the columns file: the sign before decimal places. */
  readonly decimal?: DecimalSign
  /** The file divides its cells by semicolons, as where the comma is the decimal sign. */
  readonly semicolons?: boolean
}

export type DecimalSign = ',' | '.'

const printed = /^([+-]?)\s*([$€£¥₹]?)\s*([+-]?[\d.,'’]*\d)\s*([$€£¥₹%]?)$/
const thousands = /^[+-]?\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?$/
const pointed = /^[+-]?(?:\d+|\d{1,3}(?:[.'’]\d{3})+),\d+$/
const dotted = /^[+-]?\d{1,3}(?:[.'’]\d{3})+$/
/** One dot may stand before decimal places, and three divide an IP address. */
const millions = /^[+-]?\d{1,3}\.\d{3}\.\d{3}$/
const whole = /^[+-]?\d+$/
const plain = /^[+-]?\d+(?:\.\d+)?$/
const numberLike = /^[+-]?\s*[$€£¥₹]?\s*[+-]?(?:\d+|\d{1,3}(?:[.,'’\s]\d{3})+)(?:[.,]\d+)?\s*[$€£¥₹%]?$/
/** Share of the texts that must have the form. */
const enough = 0.95

/**
 * How a column's texts write their numbers, as what takes one of them to the form of a program (1234.50); null where they are not
 * of one form. A comma before three digits and nothing else that tells divides thousands, but where semicolons divide cells.
 */
export function printedNumbers(
  texts: readonly string[],
  { decimal, semicolons = false }: Punctuation = {},
): ((text: string) => string) | null {
  const signs = new Map<string, number>()
  let grouped = 0
  let comma = 0
  let open = 0
  for (const text of texts) {
    const match = printed.exec(decimal === undefined ? text.trim() : withoutSpaces(text))
    if (match === null || (match[2] !== '' && match[4] !== '')) continue
    const [, , before, body, after] = match
    const isGrouped = thousands.test(body)
    const isPointed = pointed.test(body)
    const isMillions = millions.test(body)
    if (!isGrouped && !isPointed && !isMillions && !plain.test(body)) continue
    const sign = before + after
    signs.set(sign, (signs.get(sign) ?? 0) + 1)
    if (isGrouped && !isPointed) grouped++
    else if (isPointed && !isGrouped) comma++
    else if (isPointed || isMillions) open++
  }
  if (decimal === undefined && grouped > 0 && comma > 0) return null
  const form = [...signs].map(([sign, count]) => ({ sign, count })).find(({ count }) => count >= enough * texts.length)
  if (form === undefined || texts.length === 0) return null
  const isPoint = decimal === undefined ? comma > 0 || (semicolons && grouped === 0 && open > 0) : decimal === ','
  const asOne: Form = { sign: form.sign, comma: isPoint ? 'point' : 'thousands' }
  return (text) => programmed(decimal === undefined ? text.trim() : withoutSpaces(text), asOne)
}

/** Whether a text could be a number as people print it, but is more than digits. */
export function looksLikeNumber(text: string): boolean {
  const trimmed = text.trim()
  return numberLike.test(trimmed) && !whole.test(trimmed)
}

/** As a program writes it; a text of another form becomes one that is no number. */
function programmed(text: string, { sign, comma }: Form): string {
  const match = printed.exec(text)
  if (match === null) return text
  const [, minus, before, body, after] = match
  // A zero often stands without its sign.
  if (before + after !== sign && before + after !== '') return text
  const digits = minus + body.replace(/['’]/g, '')
  if (comma === 'thousands') return thousands.test(body) ? digits.replace(/,/g, '') : digits
  const isOfForm = pointed.test(body) || dotted.test(body) || whole.test(body)
  return isOfForm ? digits.replace(/\./g, '').replace(',', '.') : ''
}

/** Thousands are divided by spaces too, which only a columns file can tell from the groups of a telephone number. */
function withoutSpaces(text: string): string {
  return text.trim().replace(/(?<=\d)\s(?=\d{3})/g, '')
}
