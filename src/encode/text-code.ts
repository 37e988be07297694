/**
 * Code that appends bytes x to c of a text vector by words; see code-emitter.ts for the names in it. Of a last word that ends behind c, the
 * rest is overwritten by what follows; where the vector itself ends before, the bytes are taken one by one.
 */

/** The names in the code of a text vector: its bytes, a view of them, and the first index at which no whole word can be read. */
export interface TextParts {
  readonly bytes: string
  readonly view: string
  readonly end: string
}

/** Copies of the bytes, eight at a time: UTF-8 has no NaN, whose bits a double might not keep. */
export function rawCopy({ bytes, view, end }: TextParts): string {
  return (
    `if (c <= ${end}) { e = p + c - x; for (; x < c; x += 8, p += 8) d.setFloat64(p, ${view}.getFloat64(x, true), true); p = e } ` +
    `else { while (x < c) b[p++] = ${bytes}[x++] }`
  )
}

/**
 * Whether no byte of word q is below 32, a quotation mark or `other`. Mycroft's test for a byte below n, on the word with 34 and 32
 * exchanged (so that the mark is below 33, and the space is not), and on its difference from `other`; bytes from 128 on pass.
 */
function isPlain(other: number): string {
  return `((((q ^ 0x2020202) - 0x21212121) | ((q ^ ${other * 0x01010101}) - 0x1010101)) & ~q & -0x7f7f7f80) === 0`
}

/** The last bytes, filled up with spaces. */
function lastWord({ bytes, view, end }: TextParts): string {
  return (
    `if (c <= ${end}) { e = -1 << ((c - x) << 3); q = (${view}.getInt32(x, true) & ~e) | (0x20202020 & e) } ` +
    `else q = endWord(${bytes}, x, c) | 0`
  )
}

/** With JSON's escapes, by words of four bytes; those with something to escape byte by byte. */
export function jsonCopy(parts: TextParts): string {
  const plain = isPlain(92)
  return (
    `for (; x <= c - 4; x += 4) { q = ${parts.view}.getInt32(x, true); ` +
    `if (${plain}) { d.setInt32(p, q, true); p += 4 } else p = escapeWord(d, p, q, 4) | 0 } ` +
    `if (x < c) { ${lastWord(parts)}; ` +
    `if (${plain}) { d.setInt32(p, q, true); p += c - x } else p = escapeWord(d, p, q, c - x) | 0 }`
  )
}

/**
 * As a field of CSV. Copied while no byte suggests that it needs quoting (one below 32, a quotation mark or a comma); as soon as one does, or if
 * it is empty, it is written once more by writeCsvText.
 */
export function csvCopy(parts: TextParts): string {
  const plain = isPlain(44)
  return (
    `{ const s = x, m = p; let w = x < c; for (; x <= c - 4; x += 4, p += 4) { q = ${parts.view}.getInt32(x, true); ` +
    `if (${plain}) d.setInt32(p, q, true); else { w = false; break } } ` +
    `if (w && x < c) { ${lastWord(parts)}; if (${plain}) { d.setInt32(p, q, true); p += c - x } else w = false } ` +
    `if (!w) p = writeCsvText(b, m, ${parts.bytes}, s, c) | 0 }`
  )
}

/** Bytes x to c, fewer than four, as the lowest ones of a word of spaces. */
export function endWord(bytes: Uint8Array, x: number, c: number): number {
  let word = 0x20202020
  for (let q = c - 1; q >= x; q--) word = (word << 8) | bytes[q]
  return word
}

/** Each byte as JSON writes it, in eight bytes, and how many of them count. */
const escaped = Array.from({ length: 256 }, (_, c) =>
  c < 128 ? Buffer.from(JSON.stringify(String.fromCharCode(c)).slice(1, -1)) : Buffer.of(c),
)
const escapes = new Float64Array(
  Uint8Array.from(escaped.flatMap((text) => [...text, ...Buffer.alloc(8 - text.length, 32)])).buffer,
)
const escapeLengths = Uint8Array.from(escaped, ({ length }) => length)

/** The lowest `count` bytes of a word with JSON's escapes (RFC 8259 §7), as JSON.stringify writes them. Writes up to 7 bytes too many. */
export function escapeWord(d: DataView, p: number, word: number, count: number): number {
  for (; count > 0; count--, word >>>= 8) {
    d.setFloat64(p, escapes[word & 255], true)
    p += escapeLengths[word & 255]
  }
  return p
}
