/** Maximum nesting of JSON in a request's body or in a value, so that recursive code does not run out of stack. */
export const maxNesting = 100

/** Whether objects and lists are nested deeper than that. Does not need the text to be JSON. */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (inString) {
      if (character === backslash) i++
      else if (character === quote) inString = false
    } else if (character === quote) inString = true
    else if (character === openBrace || character === openBracket) {
      if (++depth > maxNesting) return true
    } else if (character === closeBrace || character === closeBracket) depth--
  }
  return false
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
