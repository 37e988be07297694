/**
 * Code that appends numbers as text by words of four bytes from tables. What it does not cover (numbers from a hundred million on, decimals
 * of 2^31 units or of more than three places) is left to text.ts, byte by byte. See code-emitter.ts for the names in the code.
 */

/** The four digits of a number below 10,000, the first one in the lowest byte. */
export const digitWords = new Int32Array(10_000)
/** How many of them are not leading zeros. */
export const digitCounts = new Uint8Array(10_000).fill(4).fill(3, 0, 1000).fill(2, 0, 100).fill(1, 0, 10)

const pairs = new Uint16Array(100)
for (let tens = 0; tens < 10; tens++)
  for (let ones = 0; ones < 10; ones++) pairs[tens * 10 + ones] = 0x3030 + tens + (ones << 8)
for (let high = 0, n = 0; high < 100; high++)
  for (let low = 0; low < 100; low++) digitWords[n++] = pairs[high] | (pairs[low] << 16)

const leading = (of: string): string =>
  `e = digitCounts[${of}]; d.setInt32(p, digitWords[${of}] >>> (32 - (e << 3)), true); p += e`

/** The digits of the integer c in [0, 100,000,000). */
const digits =
  `if (c < 10000) { ${leading('c')} } ` +
  `else { x = (c / 10000) | 0; ${leading('x')}; d.setInt32(p, digitWords[c - Math.imul(x, 10000)], true); p += 4 }`

/** `code` for an integer v whose magnitude q is below `limit`, after its sign; `other` for the rest. */
function signed(limit: number, code: string, other: string): string {
  return (
    'x = v | 0; e = x >> 31; q = (x ^ e) - e; ' +
    `if (x === v && (q >>> 0) < ${limit}) { b[p] = 45; p -= e; ${code} } else ${other}`
  )
}

/** Code that appends the integer v. */
export function integerCode(): string {
  return signed(1e8, `c = q; ${digits}`, 'p = writeInteger(b, p, v) | 0')
}

/** Code that appends v ÷ 10^scale; with `fixed`, with all its places. */
export function decimalCode(scale: number, fixed: boolean, datum: (value: unknown) => string): string {
  const other = `p = ${fixed ? 'writeFixedDecimal' : 'writeDecimal'}(b, p, v, ${scale}) | 0`
  if (scale < 1 || scale > 3) return other
  const unit = 10 ** scale
  const { words, counts } = fractions(scale, fixed)
  return signed(
    Math.min(1e8 * unit, 0x7fffffff),
    `c = (q / ${unit}) | 0; q = q - Math.imul(c, ${unit}); ${digits}; ` +
      `d.setInt32(p, ${datum(words)}[q], true); p += ${datum(counts)}[q]`,
    other,
  )
}

interface Fractions {
  /** A point and the places of n. */
  readonly words: Int32Array
  /** How many of these bytes count: without `fixed`, those up to the last place that is not 0. */
  readonly counts: Uint8Array
}

const made = new Map<string, Fractions>()

function fractions(scale: number, fixed: boolean): Fractions {
  const key = `${scale} ${fixed}`
  const known = made.get(key)
  if (known !== undefined) return known
  const unit = 10 ** scale
  const words = Int32Array.from({ length: unit }, (_, n) => 46 | ((digitWords[n] >>> (32 - scale * 8)) << 8))
  const counts = new Uint8Array(unit).fill(scale + 1)
  if (!fixed) {
    for (let zeros = 1; zeros <= scale; zeros++)
      for (let n = 0; n < unit; n += 10 ** zeros) counts[n] = n === 0 ? 0 : scale + 1 - zeros
  }
  made.set(key, { words, counts })
  return { words, counts }
}
