/**
 * A regular expression as the forms its texts can take. A form lists the possible characters at each place, so `Item_[1-9][0-9]?` has
 * two forms, of 6 and of 7 characters.
 */

export interface Form {
  /** For each place in the text, its possible characters, all equally likely. */
  readonly characters: readonly (readonly string[])[]
  /** The probability of this form; the weights of all forms sum to 1. */
  readonly weight: number
}

export interface RegexLimits {
  readonly regex: string
  readonly minLength?: number
  readonly maxLength?: number
}

/** Maximum repetitions beyond the minimum for `*`, `+` and `{n,}`, unless a maximum length is given. */
const maxExtraRepeats = 10
const maxForms = 4096
/** Maximum length of a text, in characters. */
const maxTextLength = 10_000

const known = new Map<string, readonly Form[] | string>()

/** The forms of a checked expression. */
export function formsOf(limits: RegexLimits): readonly Form[] {
  const forms = readForms(limits)
  return typeof forms === 'string' ? [] : forms
}

/** The forms of an expression, or a message saying what is wrong with it. */
export function readForms({ regex, minLength = 0, maxLength }: RegexLimits): readonly Form[] | string {
  const key = JSON.stringify([regex, minLength, maxLength])
  let forms = known.get(key)
  if (forms === undefined) {
    try {
      forms = limited(new Parser(regex, maxLength).whole(), minLength, maxLength ?? maxTextLength)
    } catch (error) {
      if (!(error instanceof RegexProblem)) throw error
      forms = error.message
    }
    known.set(key, forms)
  }
  return forms
}

/** All texts of the forms with their probabilities; null: more than `maxTexts`. */
export function textsOfForms(forms: readonly Form[], maxTexts: number): Map<string, number> | null {
  const counts = forms.map(({ characters }) => characters.reduce((count, some) => count * some.length, 1))
  if (counts.reduce((sum, count) => sum + count, 0) > maxTexts) return null
  const texts = new Map<string, number>()
  forms.forEach(({ characters, weight }, index) => {
    const each = characters.reduce((before, some) => before.flatMap((text) => some.map((one) => text + one)), [''])
    for (const text of each) texts.set(text, (texts.get(text) ?? 0) + weight / counts[index])
  })
  return texts
}

/** A regular expression that matches only this text. */
export function escapedRegex(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}

/** Groups in groups: the parser calls itself for each. */
const maxDepth = 100

class RegexProblem extends Error {}

function limited(forms: readonly Form[], minLength: number, maxLength: number): readonly Form[] {
  const kept = forms.filter(({ characters: { length } }) => length >= minLength && length <= maxLength)
  if (kept.length === 0) throw new RegexProblem(`no text of ${minLength} to ${maxLength} characters matches`)
  const total = kept.reduce((sum, { weight }) => sum + weight, 0)
  return kept.map(({ characters, weight }) => ({ characters, weight: weight / total }))
}

const empty: readonly Form[] = [{ characters: [], weight: 1 }]

/** The printable ASCII characters: what `.` matches, and what negated classes choose from. */
const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
const digits = [...'0123456789']
const wordCharacters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_']
const classes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  D: printable.filter((one) => !digits.includes(one)),
  w: wordCharacters,
  W: printable.filter((one) => !wordCharacters.includes(one)),
  s: [' '],
  S: printable.slice(1),
}
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/** Reads an expression from left to right. */
class Parser {
  readonly #source: string[]
  readonly #maxLength: number
  readonly #isBounded: boolean
  #at = 0
  /** Groups around the current place. */
  #depth = 0

  constructor(regex: string, maxLength: number | undefined) {
    this.#source = [...regex]
    this.#maxLength = maxLength ?? maxTextLength
    this.#isBounded = maxLength !== undefined
  }

  whole(): readonly Form[] {
    const forms = this.#choice()
    if (this.#at < this.#source.length) throw new RegexProblem('an unmatched )')
    return forms
  }

  #choice(): readonly Form[] {
    const alternatives = [this.#sequence()]
    while (this.#take('|')) alternatives.push(this.#sequence())
    if (alternatives.length === 1) return alternatives[0]
    return checked(
      alternatives.flatMap((forms) =>
        forms.map(({ characters, weight }) => ({ characters, weight: weight / alternatives.length })),
      ),
    )
  }

  #sequence(): readonly Form[] {
    let forms = empty
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at])) {
      // An expression always matches the whole text, so anchors add nothing.
      if (this.#take('^') || this.#take('$')) continue
      forms = this.#joined(forms, this.#repeated(this.#atom()))
    }
    return forms
  }

  #repeated(forms: readonly Form[]): readonly Form[] {
    const counts = this.#counts()
    if (counts === null) return forms
    // Lazy and possessive repetitions match the same texts.
    if (!this.#take('?')) this.#take('+')
    const [min, max] = counts
    let power = empty
    for (let n = 0; n < min; n++) power = this.#joined(power, forms)
    const end = max ?? (this.#isBounded ? this.#maxLength : min + maxExtraRepeats)
    const powers = [power]
    for (let n = min; n < end; n++) {
      power = this.#joined(power, forms)
      if (power.length === 0) break
      powers.push(power)
      checked(powers.flat())
    }
    return powers.flatMap((each) =>
      each.map(({ characters, weight }) => ({ characters, weight: weight / powers.length })),
    )
  }

  #counts(): readonly [min: number, max: number | null] | null {
    if (this.#take('?')) return [0, 1]
    if (this.#take('*')) return [0, null]
    if (this.#take('+')) return [1, null]
    if (this.#source[this.#at] !== '{') return null
    const end = this.#source.indexOf('}', this.#at)
    const written = this.#source.slice(this.#at + 1, end < 0 ? undefined : end).join('')
    const match = /^(\d*)(,?)(\d*)$/.exec(written)
    if (end < 0 || match === null || written === '' || written === ',')
      throw new RegexProblem(`{${written} is not a repetition count`)
    this.#at = end + 1
    const min = Number(match[1])
    const max = match[2] === '' ? min : match[3] === '' ? null : Number(match[3])
    if (max !== null && max < min) throw new RegexProblem(`{${written}} has its bounds reversed`)
    if (min > maxTextLength || (max ?? 0) > maxTextLength)
      throw new RegexProblem(`{${written}} is more than ${maxTextLength}`)
    return [min, max]
  }

  #atom(): readonly Form[] {
    const character = this.#next()
    switch (character) {
      case '(': {
        if (this.#take('?') && !this.#take(':'))
          throw new RegexProblem(`(?${this.#source[this.#at] ?? ''} is not supported here`)
        if (++this.#depth > maxDepth) throw new RegexProblem(`groups are nested more than ${maxDepth} deep`)
        const forms = this.#choice()
        this.#depth--
        if (!this.#take(')')) throw new RegexProblem('an unmatched (')
        return forms
      }
      case '[':
        return one(this.#set())
      case '.':
        return one(printable)
      case '\\':
        return one(this.#escape())
      case '*':
      case '+':
      case '?':
        throw new RegexProblem(`${character} has nothing to repeat`)
      default:
        return one([character])
    }
  }

  #set(): readonly string[] {
    const isNegated = this.#take('^')
    const members = new Set<string>()
    for (let first = true; first || this.#source[this.#at] !== ']'; first = false) {
      const [low, ...more] = this.#member()
      if (more.length === 0 && this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at++
        const [high, ...others] = this.#member()
        if (others.length > 0 || high < low) throw new RegexProblem(`${low}-${high} is not a range`)
        for (let code = low.codePointAt(0)!; code <= high.codePointAt(0)!; code++)
          members.add(String.fromCodePoint(code))
      } else for (const each of [low, ...more]) members.add(each)
    }
    this.#at++
    const set = isNegated ? printable.filter((each) => !members.has(each)) : [...members]
    if (set.length === 0) throw new RegexProblem('an empty class')
    if (set.length > 1 && set.some((each) => each > '\u007f'))
      throw new RegexProblem('a class has non-ASCII characters')
    return set
  }

  #member(): readonly string[] {
    const character = this.#next()
    return character === '\\' ? this.#escape() : [character]
  }

  #escape(): readonly string[] {
    const character = this.#next()
    if (Object.hasOwn(classes, character)) return classes[character]
    if (Object.hasOwn(controls, character)) return [controls[character]]
    if (/[A-Za-z0-9]/.test(character)) throw new RegexProblem(`\\${character} is not supported here`)
    return [character]
  }

  #joined(before: readonly Form[], after: readonly Form[]): readonly Form[] {
    const forms = before.flatMap((a) =>
      after.flatMap((b) => {
        const length = a.characters.length + b.characters.length
        if (length > this.#maxLength) return []
        return [{ characters: [...a.characters, ...b.characters], weight: a.weight * b.weight }]
      }),
    )
    return checked(forms)
  }

  #next(): string {
    if (this.#at >= this.#source.length) throw new RegexProblem('it ends too early')
    return this.#source[this.#at++]
  }

  #take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false
    this.#at++
    return true
  }
}

function one(characters: readonly string[]): readonly Form[] {
  return [{ characters: [characters], weight: 1 }]
}

function checked(forms: readonly Form[]): readonly Form[] {
  if (forms.length > maxForms) throw new RegexProblem(`more than ${maxForms} forms; give it a length or fewer choices`)
  return forms
}
