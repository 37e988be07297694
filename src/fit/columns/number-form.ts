/** Reads numbers formatted for people: $1,234.50, 12 %, 1.234,50 €, CHF 1'234.50, (12.00), 12.00-. A column has one format. */

interface Form {
  /** A currency, percent sign or unit; none: ''. */
  readonly sign: string
  readonly comma: 'thousands' | 'point'
}

/** Hints, besides the texts themselves, on which sign separates thousands and which decimals. */
export interface Punctuation {
  /** Set by the columns file: the decimal separator. */
  readonly decimal?: DecimalSign
  /** Whether the file separates cells by semicolons, as is usual if the comma is the decimal separator. */
  readonly semicolons?: boolean
}

export type DecimalSign = ',' | '.'

/** ISO 4217 codes and abbreviations of currencies found next to amounts. */
const currencies =
  'AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RMB|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|' +
  'Fr\\.?|SFr\\.?|Rs\\.?|kr\\.?|zł|Kč|Ft|lei|руб\\.?|R\\$|US\\$|A\\$|C\\$|NZ\\$|HK\\$|S\\$|Euro?'
/** Units that can follow a number and have no other meaning. */
const units =
  '%|‰|°[CF]?|k?g|mg|t|lbs?|oz|[kcm]?m|mi|ft|mph|km/h|m/s|h|hrs?|min|sec|s|ms|[kKMGT]i?B|[kM]?Wh?|V|A|[kMG]?Hz|m[²³23]|m?l|L|cl|pcs|Stk\\.?|Std\\.?|kcal|hPa|bar|px|pt'
const before = new RegExp(`^(?:\\p{Sc}|(?:${currencies})(?![\\p{L}]))\\s*`, 'u')
const behind = new RegExp(`\\s*(?:\\p{Sc}|(?<![\\p{L}])(?:${currencies}|${units}))$`, 'u')
const thousands = /^-?(?:\d{1,3}(?:[,'\s]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?$/
const pointed = /^-?(?:\d+|\d{1,3}(?:[.'\s]\d{3})+),\d+$/
const dotted = /^-?\d{1,3}(?:[.'\s]\d{3})+$/
/** Two dots: a single dot may be a decimal point, and three make an IP address. */
const millions = /^-?\d{1,3}\.\d{3}\.\d{3}$/
const plain = /^-?\d+(?:\.\d+)?$/
const whole = /^[+-]?\d+$/
const numberLike = /^-?(?:\d+|\d{1,3}(?:[.,'\s]\d{2,3})+)(?:[.,]\d+)?$/
/** Minimum share of the texts that must have the form. */
const minShare = 0.95

/** The parts of a printed number. */
interface Printed {
  /** The currency, percent sign or unit before or after it; '': none. */
  readonly sign: string
  /** The digits with separators, preceded by a minus if negative. */
  readonly body: string
}

/** Splits a number into its parts. A minus may be before or after the number or its currency; parentheses also mean minus, as in accounting. Null: not a printed number. */
function takenApart(text: string): Printed | null {
  let rest = text
    .trim()
    .replace(/[\u00a0\u2007\u2009\u202f]/g, ' ')
    .replace(/[\u2212\u2013](?=[\s\d\p{Sc}]|$)/gu, '-')
    .replace(/’/g, "'")
  let minuses = 0
  let sign = ''
  for (let step = 0; step < 5; step++) {
    const length = rest.length
    const inner = /^\((.+)\)$/.exec(rest)?.[1]
    if (inner !== undefined) [rest, minuses] = [inner.trim(), minuses + 1]
    const minus = /^-\s*(?=[^-\s])/.exec(rest) ?? /(?<=\d|\p{L}|\p{Sc})\s*-$/u.exec(rest)
    if (minus) [rest, minuses] = [rest.replace(minus[0], '').trim(), minuses + 1]
    if (rest.startsWith('+')) rest = rest.slice(1).trimStart()
    const mark = before.exec(rest) ?? behind.exec(rest)
    if (mark) {
      // Two signs mean something else, for example an amount per piece.
      if (sign !== '' || mark[0].trim() === '') return null
      sign = mark[0].trim()
      rest = mark.index === 0 ? rest.slice(mark[0].length) : rest.slice(0, mark.index)
    }
    if (rest.length === length) break
  }
  if (minuses > 1 || !/^\d[\d.,'\s]*$/.test(rest) || !/\d$/.test(rest)) return null
  return { sign, body: (minuses === 1 ? '-' : '') + rest }
}

/**
 * Returns a function that rewrites a column's printed numbers in program notation (1234.50); null: they do not share one format. If
 * ambiguous, a comma before three digits separates thousands, unless cells are separated by semicolons. Spaces separate thousands only
 * if decimal places, a sign or different lengths distinguish the numbers from telephone numbers.
 */
export function printedNumbers(
  texts: readonly string[],
  { decimal, semicolons = false }: Punctuation = {},
): ((text: string) => string) | null {
  const signs = new Map<string, number>()
  const lengths = new Set<number>()
  let zeros = 0
  let grouped = 0
  let comma = 0
  let open = 0
  let spaced = 0
  let telling = 0
  for (const text of texts) {
    const found = takenApart(text)
    if (found === null) continue
    const { sign, body } = found
    const isGrouped = thousands.test(body)
    const isPointed = pointed.test(body)
    const isMillions = millions.test(body)
    if (!isGrouped && !isPointed && !isMillions && !plain.test(body)) continue
    signs.set(sign, (signs.get(sign) ?? 0) + 1)
    if (isGrouped && !isPointed && !/^-?\d{1,3}(?:\s\d{3})+$/.test(body)) grouped++
    else if (isPointed && !isGrouped) comma++
    else if (isPointed || isMillions) open++
    if (sign === '' && /^-?0(?:[.,]0+)?$/.test(body)) zeros++
    if (/\s/.test(body)) spaced++
    lengths.add(body.replace(/\s/g, '').length)
    if (!/\s/.test(body) || /[.,]/.test(body) || sign !== '') telling++
  }
  if (decimal === undefined && ((grouped > 0 && comma > 0) || (spaced > 0 && telling === 0 && lengths.size < 3)))
    return null
  const form = [...signs.keys()].find((sign) => {
    // Zeros are often written without their currency or unit.
    const count = (signs.get(sign) ?? 0) + (sign === '' ? 0 : zeros)
    return count >= minShare * texts.length
  })
  if (texts.length === 0 || form === undefined) return null
  const isPoint = decimal === undefined ? comma > 0 || (semicolons && grouped === 0 && open > 0) : decimal === ','
  const asOne: Form = { sign: form, comma: isPoint ? 'point' : 'thousands' }
  return (text) => programmed(text, asOne)
}

/** Whether a text could be a printed number, not just digits. */
export function looksLikeNumber(text: string): boolean {
  const found = takenApart(text)
  return found !== null && numberLike.test(found.body) && !whole.test(text.trim())
}

/** The number in program notation; a text in another format becomes one that is not a number. */
function programmed(text: string, { sign, comma }: Form): string {
  const found = takenApart(text)
  if (found === null) return text
  if (found.sign !== sign && found.sign !== '') return text
  const digits = found.body.replace(/['\s]/g, '')
  if (comma === 'thousands') return thousands.test(found.body) ? digits.replace(/,/g, '') : digits
  const isOfForm = pointed.test(found.body) || dotted.test(found.body) || /^-?\d+$/.test(found.body)
  return isOfForm ? digits.replace(/\./g, '').replace(',', '.') : ''
}
