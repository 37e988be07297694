/** JSON with exact integers: beyond ±(2^53 − 1) they are bigints, where JSON.parse would round them. */

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const longInteger = /^-?\d{16,}$/
/**
 * Marks a string that stands for an integer. A private-use character (Unicode plane 16), so no real string begins with
 * it.
 */
const mark = '\u{10FFFD}'
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'gu')

/** Throws SyntaxError, like JSON.parse. */
export function parseExactJson(text: string): unknown {
  // Fast path: few texts have that many digits at all.
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown
  const quoted = text.replace(tokens, (token) =>
    longInteger.test(token) && !Number.isSafeInteger(Number(token)) ? `"${mark}${token}"` : token,
  )
  return JSON.parse(quoted, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  ) as unknown
}

/** The JSON text of what `parseExactJson` returns, digit for digit. */
export function exactJsonText(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${mark}${item}` : item))
  return text.replace(marked, '$1')
}
