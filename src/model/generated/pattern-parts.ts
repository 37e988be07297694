/** One character of a pattern: a fixed one, or the alphabet it is drawn from. */
export type PatternPart = { readonly fixed: string } | { readonly alphabet: string }

const alphabets: Readonly<Record<string, string>> = {
  '#': '0123456789',
  '?': 'abcdefghijklmnopqrstuvwxyz',
  '^': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '*': '0123456789abcdef',
}

/** The parts of a pattern (see ColumnOrigin in artifact.ts), or what is wrong with it. */
export function parsePattern(pattern: string): readonly PatternPart[] | string {
  const parts: PatternPart[] = []
  let escaped = false
  for (const character of pattern) {
    if (!escaped && character === '\\') {
      escaped = true
      continue
    }
    const alphabet = escaped ? undefined : alphabets[character]
    parts.push(alphabet === undefined ? { fixed: character } : { alphabet })
    escaped = false
  }
  return escaped ? 'ends with a backslash' : parts
}
