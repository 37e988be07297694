/**
 * Code that appends numbers as text by words of four bytes: a group of four digits is computed in the halves and the bytes of one
 * integer. What it does not cover (fractions, numbers from a hundred million on, dates outside 1900 to 2100) is left to
 * text.ts, byte by byte. See code-emitter.ts for the names in the code.
 */

/** The names in the code of tables that words are taken from. */
type Datum = (value: unknown) => string

/** The four digits of `from`, below 10,000, in the bytes of q, the first one lowest. */
function fourDigits(from: string): string {
  return (
    `e = Math.imul(${from}, 5243) >>> 19; q = e | ((${from} - Math.imul(e, 100)) << 16); ` +
    'e = (Math.imul(q, 103) >>> 10) & 0xf000f; q = e | ((q - Math.imul(e, 10)) << 8)'
  )
}

/** Without leading zeros: the lowest bit of the first digit tells how many bytes to leave out. */
const leadingDigits =
  'e = q | 0x1000000; e = Math.clz32(e & -e) & 24; ' +
  'd.setInt32(p, (q | 0x30303030) >>> (24 - e), true); p += 1 + (e >> 3)'

/** The digits of the integer c in [0, 100,000,000). */
const digits =
  `if (c < 10000) { ${fourDigits('c')}; ${leadingDigits} } ` +
  `else { x = (c / 10000) | 0; ${fourDigits('x')}; ${leadingDigits}; ` +
  `c = c - Math.imul(x, 10000); ${fourDigits('c')}; d.setInt32(p, q | 0x30303030, true); p += 4 }`

/** `code` for an integer v whose magnitude x is below `limit`, after its sign; `other` for the rest. */
function signed(limit: number, code: string, other: string): string {
  return (
    'x = v | 0; e = x >> 31; q = (x ^ e) - e; ' +
    `if (x === v && (q >>> 0) < ${limit}) { b[p] = 45; p -= e; x = q; ${code} } else ${other}`
  )
}

/** Code that appends the integer v. */
export function integerCode(): string {
  return signed(1e8, `c = x; ${digits}`, 'p = writeInteger(b, p, v)')
}

/** Code that appends v ÷ 10^scale; with `fixed`, with all its places. */
export function decimalCode(scale: number, fixed: boolean, datum: Datum): string {
  const other = `p = ${fixed ? 'writeFixedDecimal' : 'writeDecimal'}(b, p, v, ${scale})`
  if (scale < 1 || scale > 3) return other
  const unit = 10 ** scale
  const texts = Array.from({ length: unit }, (_, n) => {
    const text = `.${String(n).padStart(scale, '0')}`
    return fixed ? text : text.replace(/\.?0*$/, '')
  })
  const words = datum(Int32Array.from(texts, (text) => Buffer.from(text.padEnd(4)).readInt32LE(0)))
  const lengths = datum(Uint8Array.from(texts, ({ length }) => length))
  const fraction = `d.setInt32(p, ${words}[v], true); p += ${lengths}[v]`
  return signed(
    Math.min(1e8 * unit, 0x7fffffff),
    `c = (x / ${unit}) | 0; v = x - Math.imul(c, ${unit}); ${digits}; ${fraction}`,
    other,
  )
}
