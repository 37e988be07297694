/**
 * The forms of a column's codes, as single-form regular expressions of what the codes have in common at each position. `INV-1` to
 * `INV-1394` have four forms: `INV-[1-9]`, `INV-[1-9][0-9]`, `INV-[1-9][0-9]{2}`, `INV-1[0-3][0-9]{2}`.
 */
import { escapedRegex } from '../../model/generated/regex-forms.js'

/** A code and the number of rows that have it. */
export interface Code {
  readonly text: string
  readonly count: number
}

export interface FormOptions {
  /** Length of the prefix to keep, because another column determines it. @default 0 */
  readonly prefix?: number
  /** Whether to keep only where letters and digits are, and no characters. @default false */
  readonly masked?: boolean
}

/** Maximum length of a code. */
const maxCodeLength = 256
const maxForms = 256
/** A word is kept if at least this many rows, and this share of them, have it … */
const minWordRows = 5
const minWordShare = 0.005
/** … and there are at most this many words at the position. */
const maxWords = 40
const maxNumberWords = 12
/** At most this many distinct characters at a position, in at least this many texts, are no coincidence. */
const fewCharacters = 6
const manyTexts = 40

const pieces = /[0-9]+|[A-Za-z]+|[^0-9A-Za-z]/gu
const coarsePieces = /[0-9A-Za-z]+|[^0-9A-Za-z]/gu
/** Up to this many forms are few, whatever the number of codes. */
const manyForms = 24

/** By code: its form. Null: the codes have no useful forms. */
export function formsOfCodes(
  codes: readonly Code[],
  { prefix = 0, masked = false }: FormOptions = {},
): string[] | null {
  if (codes.length === 0 || codes.some(({ text }) => text.length > maxCodeLength)) return null
  const hex = masked ? null : hexOf(codes)
  const made = (by: RegExp, words = true): string[] => {
    const { split, groups } = groupsOf(codes, prefix, hex, by)
    const rows = codes.reduce((sum, { count }) => sum + count, 0)
    const forms = new Array<string>(codes.length).fill('')
    for (const group of groups.values()) formGroup(group, split, codes, { rows, hex, prefix, masked, words }, forms)
    return forms
  }
  const fine = made(pieces)
  const count = new Set(fine).size
  if (count <= Math.max(manyForms, codes.length / 8)) return common(fine, codes)
  // If letters and digits are interchangeable, their order is not part of the form.
  const coarse = made(coarsePieces)
  const isFew = (forms: readonly string[]): boolean => new Set(forms).size <= Math.max(manyForms, codes.length / 8)
  if (isFew(coarse)) return common(coarse, codes)
  // If words lead to too many forms, replace them by letters.
  const plain = made(pieces, false)
  return isFew(plain) ? common(plain, codes) : null
}

/** Splits the codes into parts and groups them by shape. */
function groupsOf(
  codes: readonly Code[],
  prefix: number,
  hex: Hex,
  by: RegExp,
): { split: string[][]; groups: Map<string, number[]> } {
  const split = codes.map(({ text }) => [
    ...(prefix > 0 ? [text.slice(0, prefix)] : []),
    ...splitCode(text.slice(prefix), hex, by),
  ])
  const groups = new Map<string, number[]>()
  split.forEach((parts, code) => {
    const key = parts.map((part, at) => (prefix > 0 && at === 0 ? '^' : shapeOf(part, hex))).join('\u0000')
    const group = groups.get(key)
    if (group) group.push(code)
    else groups.set(key, [code])
  })
  return { split, groups }
}

type Hex = 'lower' | 'upper' | null

/** The case of codes in which letters and digits mix as in hexadecimal numbers: MAC addresses, hashes, colours. Null: they do not. */
function hexOf(codes: readonly Code[]): Hex {
  const all = (form: RegExp): boolean => codes.every(({ text }) => form.test(text))
  const letters = new Set(codes.flatMap(({ text }) => text.match(/[A-Fa-f]/g) ?? []))
  const mixed = codes.filter(({ text }) => /[0-9][A-Fa-f]|[A-Fa-f][0-9]/.test(text)).length
  if (mixed < codes.length / 2 || letters.size < 5) return null
  if (all(/^[^A-Zg-z]+$/)) return 'lower'
  return all(/^[^a-zG-Z]+$/) ? 'upper' : null
}

function splitCode(text: string, hex: Hex, by: RegExp): string[] {
  return text.match(hex === null ? by : /[0-9A-Fa-f]+|[^]/gu) ?? []
}

/** What the codes of a group must have in common. The lengths of numbers are distinguished later. */
function shapeOf(part: string, hex: Hex): string {
  if (hex !== null && /^[0-9A-Fa-f]+$/.test(part)) return `x${part.length}`
  if (/^[0-9]+$/.test(part)) return '0'
  return /^[0-9A-Za-z]/.test(part) ? 'a' : part
}

interface Context {
  readonly rows: number
  readonly hex: Hex
  readonly prefix: number
  readonly masked: boolean
  /** Whether to keep words that many rows have. */
  readonly words: boolean
}

function formGroup(
  group: readonly number[],
  split: readonly string[][],
  codes: readonly Code[],
  context: Context,
  forms: string[],
): void {
  const places = split[group[0]].length
  const written: string[][] = group.map(() => [])
  for (let place = 0; place < places; place++) {
    const parts = group.map((code) => split[code][place])
    const expressions =
      context.prefix > 0 && place === 0
        ? parts.map(escapedRegex)
        : expressionsOf(
            parts,
            group.map((code) => codes[code].count),
            context,
          )
    expressions.forEach((expression, i) => written[i].push(expression))
  }
  written.forEach((parts, i) => (forms[group[i]] = parts.join('')))
}

/** By code of a group: the expression for its part at one position. */
function expressionsOf(
  parts: readonly string[],
  counts: readonly number[],
  { rows, hex, masked, words: keepsWords }: Context,
): string[] {
  if (!/^[0-9A-Za-z]/.test(parts[0])) return parts.map(escapedRegex)
  const isNumber = hex === null && parts.every((part) => /^[0-9]+$/.test(part))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const words = new Map<string, number>()
  parts.forEach((part, i) => words.set(part, (words.get(part) ?? 0) + counts[i]))
  const isKept = (count: number): boolean => count >= Math.max(minWordRows, minWordShare * rows)
  if (!masked) {
    // Keep parts that all codes share, and words that many rows have. A number in a single code may be the start of a count.
    if (words.size === 1 && (!isNumber || parts.length > 1)) return parts.map(escapedRegex)
    const kept = keepsWords ? [...words].filter(([, count]) => isKept(count)) : []
    const share = kept.reduce((sum, [, count]) => sum + count, 0) / total
    if (kept.length > 0 && kept.length <= maxWords && share >= 0.95 && (!isNumber || isGroupOfNumbers(words, total))) {
      const known = new Map(kept.map(([word]) => [word, escapedRegex(word)]))
      const first = kept.sort((a, b) => b[1] - a[1])[0][0]
      return parts.map((part) => known.get(part) ?? escapedRegex(first))
    }
  }
  const byLength = new Map<number, Set<string>[]>()
  const sizes = new Map<number, number>()
  for (const part of parts) {
    const places = byLength.get(part.length) ?? Array.from(part, () => new Set<string>())
    byLength.set(part.length, places)
    sizes.set(part.length, (sizes.get(part.length) ?? 0) + 1)
    Array.from(part).forEach((character, at) => places[at].add(character))
  }
  const made = new Map<number, string>()
  for (const [length, places] of byLength) {
    // A one-digit number may be 0, unless it is a count, as numbers of several lengths are.
    const isCount = isNumber && (length > 1 || byLength.size > 1) && !places[0].has('0')
    const many = (sizes.get(length) ?? 0) >= manyTexts && !masked
    made.set(length, runs(places.map((found, at) => classOf(found, { hex, many, isFirst: at === 0 && isCount }))))
  }
  return parts.map((part) => made.get(part.length) ?? '')
}

/** Whether numbers are from a short list, such as area codes; single digits and long lists of numbers are counts. */
function isGroupOfNumbers(words: ReadonlyMap<string, number>, total: number): boolean {
  return words.size <= Math.min(maxNumberWords, total / 10) && [...words.keys()].every((word) => word.length > 1)
}

/** The class of characters for a position with these characters. */
function classOf(
  found: ReadonlySet<string>,
  { hex, many, isFirst }: { hex: Hex; many: boolean; isFirst: boolean },
): string {
  const characters = [...found]
  if (characters.every((one) => one >= '0' && one <= '9') && hex === null) {
    const digits = characters.map(Number)
    const [low, high] = [Math.min(...digits), Math.max(...digits)]
    if (many && high - low + 1 <= fewCharacters) return low === high ? String(low) : `[${low}-${high}]`
    return isFirst ? '[1-9]' : '[0-9]'
  }
  if (hex !== null) return many && characters.length === 1 ? characters[0] : hex === 'lower' ? '[0-9a-f]' : '[0-9A-F]'
  if (many && characters.length === 1) return characters[0]
  const ranges = ['0-9', 'A-Z', 'a-z'].filter((range) => characters.some((one) => one >= range[0] && one <= range[2]))
  return `[${ranges.join('')}]`
}

/** Shortens repeated classes: [0-9][0-9] becomes [0-9]{2}. */
function runs(classes: readonly string[]): string {
  let text = ''
  for (let at = 0; at < classes.length;) {
    let end = at + 1
    while (end < classes.length && classes[end] === classes[at] && classes[at].startsWith('[')) end++
    text += classes[at] + (end - at > 1 ? `{${end - at}}` : '')
    at = end
  }
  return text
}

/** The forms, with those beyond the limit replaced by the most frequent one. */
function common(forms: readonly string[], codes: readonly Code[]): string[] {
  const counts = new Map<string, number>()
  forms.forEach((form, code) => counts.set(form, (counts.get(form) ?? 0) + codes[code].count))
  const kept = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, maxForms)
  const known = new Set(kept.map(([form]) => form))
  return forms.map((form) => (known.has(form) ? form : kept[0][0]))
}
