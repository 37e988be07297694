/** Maximum length of a code; longer ones are texts. */
const maxCodeLength = 40

/**
 * The pattern that all texts match, in the artifact's notation (# digit, ? lower-case letter, ^ upper-case letter, * hexadecimal digit;
 * \ escapes these). Characters that all texts share are kept. Null if the texts have different lengths, a position has more than one
 * class of characters, or nothing varies. Without `keepDigits`, digits are never kept, because consecutive numbers share their first
 * digits for a long time.
 */
export function patternOf(texts: readonly string[], keepDigits = true): string | null {
  const length = texts[0]?.length ?? 0
  if (length === 0 || length > maxCodeLength || texts.some((text) => text.length !== length)) return null
  let pattern = ''
  let varies = false
  const hexadecimal = texts.every((text) => /^[0-9a-f-]+$/.test(text)) && texts.some((text) => /[a-f]/.test(text))
  for (let at = 0; at < length; at++) {
    const first = texts[0][at]
    if (texts.every((text) => text[at] === first) && (keepDigits || !isDigit(first))) {
      pattern += escaped(first)
      continue
    }
    const symbol = symbolOf(texts, at, hexadecimal)
    if (symbol === null) return null
    pattern += symbol
    varies = true
  }
  return varies ? pattern : null
}

/** The texts with the most frequent length, if these are at least `share` of all; else none. */
export function commonLength(texts: readonly string[], share: number): string[] {
  const counts = new Map<number, number>()
  for (const text of texts) counts.set(text.length, (counts.get(text.length) ?? 0) + 1)
  let best = 0
  for (const [length, count] of counts) if (count > (counts.get(best) ?? 0)) best = length
  const chosen = texts.filter((text) => text.length === best)
  return chosen.length >= share * texts.length ? chosen : []
}

/** The most frequent form of the texts, in which all letters and digits vary, so that no part of a text is kept. */
export function commonForm(texts: readonly string[]): string {
  const forms = texts.map((text) =>
    escaped(text.slice(0, maxCodeLength))
      .replace(/\p{Ll}|\p{Lo}|\p{Lm}/gu, '?')
      .replace(/\p{Lu}|\p{Lt}/gu, '^')
      .replace(/\p{N}/gu, '#'),
  )
  return mostFrequent(forms) ?? '????????'
}

/** The most frequent form of telephone numbers, with the digits that all numbers of this form share. */
export function phonePattern(texts: readonly string[]): string | null {
  const formOf = (text: string): string => text.replace(/\d/g, '#')
  const form = mostFrequent(texts.map(formOf))
  return patternOf(texts.filter((text) => formOf(text) === form))
}

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  let best: string | undefined
  for (const text of texts) {
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    if (best === undefined || count > (counts.get(best) ?? 0)) best = text
  }
  return best
}

/** The number of texts that a pattern can generate, at most 2^53. */
export function patternSize(pattern: string): number {
  const choices: Record<string, number> = { '#': 10, '?': 26, '^': 26, '*': 16 }
  let size = 1
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else size *= choices[pattern[at]] ?? 1
  }
  return Math.min(size, 2 ** 53)
}

function symbolOf(texts: readonly string[], at: number, hexadecimal: boolean): string | null {
  if (texts.every((text) => isDigit(text[at]))) return hexadecimal ? '*' : '#'
  if (hexadecimal) return texts.every((text) => text[at] !== '-') ? '*' : null
  if (texts.every((text) => text[at] >= 'a' && text[at] <= 'z')) return '?'
  if (texts.every((text) => text[at] >= 'A' && text[at] <= 'Z')) return '^'
  return null
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

export function escaped(text: string): string {
  return text.replace(/[#?^*\\]/g, String.raw`\$&`)
}
