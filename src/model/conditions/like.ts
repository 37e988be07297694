/** A character of a pattern; null matches any character. */
type Wanted = string | null

/**
 * SQL's LIKE: % is any text, _ any character, \ escapes; case-sensitive. Takes time proportional to at most the product of the lengths. A
 * regular expression could instead try every way to split the text among several %.
 */
export function likeTest(pattern: string): (text: string) => boolean {
  const pieces = piecesOf(pattern)
  const first = pieces[0]
  const last = pieces[pieces.length - 1]
  const middle = pieces.slice(1, -1)
  const fewest = pieces.reduce((sum, { length }) => sum + length, 0)
  return (text) => {
    const characters = Array.from(text)
    const end = characters.length - last.length
    if (characters.length < fewest || !matchesAt(characters, 0, first)) return false
    if (pieces.length === 1) return characters.length === first.length
    let at = first.length
    // The earliest match of a piece leaves the most text for the rest.
    for (const piece of middle) {
      while (at + piece.length <= end && !matchesAt(characters, at, piece)) at++
      if (at + piece.length > end) return false
      at += piece.length
    }
    return matchesAt(characters, end, last)
  }
}

/** The pieces between the % signs. */
function piecesOf(pattern: string): Wanted[][] {
  const pieces: Wanted[][] = [[]]
  for (const token of pattern.match(/\\?[^]/gu) ?? []) {
    if (token === '%') pieces.push([])
    else pieces[pieces.length - 1].push(token === '_' ? null : token.replace(/^\\(?=[^])/u, ''))
  }
  return pieces
}

function matchesAt(characters: readonly string[], at: number, piece: readonly Wanted[]): boolean {
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== null && piece[i] !== characters[at + i]) return false
  }
  return true
}
