import { isIPv6 } from 'node:net'
import { GenesisError } from '../../errors.js'
import type { WordModel, WordTopics } from '../../model/artifact.js'
import type { CheckLaw } from '../../model/generated/check-digits.js'
import type { RawColumn, Table } from '../table/table.js'
import { learnBoolean, learnCategory, learnedKinds, learnTime } from './learned.js'
import type { Learned, LearnedKind, ReadAs } from './learned.js'
import { learnNumber } from './learned-number.js'
import { shownCell } from './reading.js'
import { looksLikeNumber } from './number-form.js'
import { commonForm, commonLength, patternOf, patternSize, phonePattern } from './patterns.js'
import { startAndStep, stepsOf } from './sequence.js'
import { formsOfColumn } from './code-forms.js'
import { lawOf } from './check-law.js'
import { isIdName, textKind, uuidVersion, type TextKind } from './texts.js'

export type OutsideKind = TextKind | 'sequence'
export type DetectedKind = LearnedKind | OutsideKind

/** A column that the circuit does not learn: only its kind and form are kept, not its values. */
export interface Outside {
  readonly kind: OutsideKind
  /** Share of rows without a value. */
  readonly missing: number
  readonly start?: number
  readonly step?: number
  readonly version?: 4 | 7
  readonly pattern?: string
  /** For codes, by distinct value of the raw column: its form, a regular expression; null: missing. */
  readonly forms?: readonly (string | null)[]
  /** The hidden column in which the forms are learned; absent: there is only one form. */
  readonly form?: string
  /** For codes: the law that their check digits satisfy. */
  readonly check?: CheckLaw
  /** For texts: the words to compose them of. */
  readonly words?: WordModel
  /** The category that the words follow. */
  readonly topics?: WordTopics
  /** For IP addresses: the version of most texts. */
  readonly ip?: 'v4' | 'v6'
  /** Words per text, in a sample of the texts. */
  readonly wordCounts?: readonly number[]
  /** Notes for the user, each a complete sentence. */
  readonly notes?: readonly string[]
}

export type Detected =
  { readonly place: 'learned'; readonly learned: Learned } | { readonly place: 'outside'; readonly outside: Outside }

/** Maximum number of categories that are learned individually. */
export const maxCategories = 8192
/** Up to this many distinct texts are categories, even if each occurs only once. */
const fewCategories = 50
const maxCodeLength = 40
/** Texts of at most this length with a digit in nearly all of them are codes, such as postal codes. */
const shortCode = 10
/** Texts with spaces are codes too if they have at most this many forms: Room 12. */
const fewForms = 6
/** If at least this share of the texts look like numbers, they are probably meant as numbers. */
const minNumberShare = 0.95
/** Number of texts examined. */
const sampleTexts = 2000

export function isLearnedKind(kind: string): kind is LearnedKind {
  return (learnedKinds as readonly string[]).includes(kind)
}

/** Infers what a column holds from its values and its name. */
export function detect(column: RawColumn, table: Table, as: ReadAs): Detected {
  const boolean = learnBoolean(column, as, false)
  if (boolean) return { place: 'learned', learned: boolean }
  const compact = learnTime(column, as, 'compact date')
  if (compact) return { place: 'learned', learned: compact }
  // Bar codes are not numbers: a number between two of them would not be a bar code.
  if (!table.typed && isCheckedCode(column, as)) return { place: 'outside', outside: outsideOf('pattern', column, as) }
  const number = learnNumber(column, table.typed, as, null)
  if (number) {
    const steps = stepsOf(column, number)
    return steps
      ? { place: 'outside', outside: { kind: 'sequence', missing: 0, ...steps } }
      : { place: 'learned', learned: number }
  }
  const time = learnTime(column, as, null)
  if (time) return { place: 'learned', learned: time }
  return noted(detectText(column, as), column, as)
}

/** Whether a column has codes with check digits, most of them once. */
function isCheckedCode(column: RawColumn, as: ReadAs): boolean {
  const { texts, distinct, rows } = textsOf(column, as)
  return distinct > 0.5 * rows && lawOf(texts) !== null
}

/** Adds a note if texts that are not read as numbers look like numbers. */
function noted(detected: Detected, column: RawColumn, as: ReadAs): Detected {
  const { texts } = textsOf(column, as)
  const alike = texts.filter(looksLikeNumber)
  if (alike.length === 0 || alike.length < minNumberShare * texts.length) return detected
  const note =
    `column ${column.name}: its texts look like numbers (such as ${shownCell(alike[0])}) but are not read as such; ` +
    'if they are numbers, set kind: decimal in a columns file, and decimal: "," or "."'
  if (detected.place === 'learned') {
    const { learned } = detected
    return { place: 'learned', learned: { ...learned, notes: [...learned.notes, note] } }
  }
  const { outside } = detected
  return isPlainText(outside.kind) ? { place: 'outside', outside: { ...outside, notes: [note] } } : detected
}

function isPlainText(kind: OutsideKind): boolean {
  return kind === 'text' || kind === 'pattern'
}

/**
 * Reads a column as the kind set in a columns file. Throws TABLE_INVALID, naming `place`, if nothing in it is of that kind.
 */
export function readAsKind(
  column: RawColumn,
  table: Table,
  as: ReadAs,
  kind: DetectedKind,
  place = table.place,
): Detected {
  let learned: Learned | null = null
  if (kind === 'integer' || kind === 'decimal' || kind === 'real') learned = learnNumber(column, table.typed, as, kind)
  else if (kind === 'date' || kind === 'timestamp' || kind === 'time') learned = learnTime(column, as, kind)
  else if (kind === 'boolean') learned = learnBoolean(column, as, true)
  else if (kind === 'category') learned = numberList(column, table, as) ?? learnCategory(column, as)
  else return { place: 'outside', outside: outsideOf(kind, column, as) }
  if (learned === null)
    throw new GenesisError('TABLE_INVALID', `no value of column ${column.name} is of kind ${kind}`, {
      place,
      found: `${JSON.stringify(column.values.find((cell) => cell !== null) ?? null)} in its first row with a value`,
    })
  return { place: 'learned', learned }
}

/** Numeric categories, which keep their type; null if they are not numeric. */
function numberList(column: RawColumn, table: Table, as: ReadAs): Learned | null {
  const number = learnNumber(column, table.typed, as, null)
  return number === null || number.kind === 'real' ? null : { ...number, kind: 'category' }
}

function detectText(column: RawColumn, as: ReadAs): Detected {
  const category = (): Detected => ({ place: 'learned', learned: learnCategory(column, as) })
  const outside = (kind: OutsideKind): Detected => ({ place: 'outside', outside: outsideOf(kind, column, as) })
  const { texts, distinct, rows } = textsOf(column, as)
  if (distinct === 0) return category()
  const ratio = distinct / rows
  const mostlyDistinct = ratio > 0.5 || distinct > maxCategories
  const kind = textKind(column.name, texts)
  if (kind === 'uuid' && !mostlyDistinct) return { place: 'learned', learned: learnCategory(column, as, 'uuid') }
  if (kind === 'uuid' || kind === 'url' || kind === 'ip') return mostlyDistinct ? outside(kind) : category()
  // Names of people must not be learned as categories, unless there are only a few.
  if (kind !== null) return ratio > 0.5 || distinct > fewCategories ? outside(kind) : category()
  const identifies = ratio === 1 && rows > 2 && isIdName(column.name)
  const prose = ratio > 0.9 && texts.reduce((sum, text) => sum + text.length, 0) > 50 * texts.length
  if (!identifies && !prose && (distinct <= fewCategories || !mostlyDistinct)) return category()
  return outside(isOfForms(column, texts, distinct, as) ? 'pattern' : 'text')
}

function isOfForms(column: RawColumn, texts: readonly string[], distinct: number, as: ReadAs): boolean {
  if (commonPattern(texts, distinct) !== null || areCodes(texts) || texts.every(isJson)) return true
  if (texts.filter((text) => /\d/.test(text)).length < 0.9 * texts.length) return false
  const forms = codeForms(column, as)
  return forms !== null && new Set(forms).size <= Math.max(fewForms, distinct / 20)
}

function isJson(text: string): boolean {
  if (!/^[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** By distinct value: its form. Null: the values have no forms. */
function codeForms(column: RawColumn, as: ReadAs): (string | null)[] | null {
  return formsOfColumn(column, (cell) => cell === null || as.missing.has(String(cell)))
}

/** Whether texts are single words, mostly with digits in them, or short ones in capitals, which other words could not replace. */
function areCodes(texts: readonly string[]): boolean {
  if (texts.filter((text) => /^[A-Z]{1,8}$/.test(text)).length >= 0.9 * texts.length) return true
  const short = texts.filter((text) => text.length <= shortCode && /^\S+(?: \S+)?$/.test(text) && /\d/.test(text))
  if (short.length >= 0.95 * texts.length) return true
  const words = texts.filter((text) => text.length <= maxCodeLength && /^\S+$/.test(text))
  return words.length >= 0.9 * texts.length && words.filter((text) => /\d/.test(text)).length >= 0.5 * texts.length
}

/** The pattern of nearly all texts, if it can generate many more texts than the column has. */
function commonPattern(texts: readonly string[], distinct: number): string | null {
  const alike = commonLength(texts, 0.95)
  for (const keepDigits of [true, false]) {
    const pattern = patternOf(alike, keepDigits)
    if (pattern !== null && patternSize(pattern) >= 2 * distinct) return pattern
  }
  return null
}

function textsOf(column: RawColumn, as: ReadAs): { texts: string[]; distinct: number; rows: number } {
  const texts: string[] = []
  let distinct = 0
  let rows = 0
  column.values.forEach((cell, code) => {
    if (cell === null || as.missing.has(String(cell))) return
    distinct++
    rows += column.counts[code]
    if (texts.length < sampleTexts) texts.push(String(cell))
  })
  return { texts, distinct, rows }
}

function outsideOf(kind: OutsideKind, column: RawColumn, as: ReadAs): Outside {
  const { texts, distinct, rows } = textsOf(column, as)
  const missing = 1 - rows / column.codes.length
  switch (kind) {
    case 'sequence': {
      const number = learnNumber(column, false, as, 'integer')
      return { kind, missing: 0, ...(number === null ? { start: 1, step: 1 } : startAndStep(column, number)) }
    }
    case 'uuid':
      return { kind, missing, version: uuidVersion(texts) }
    case 'phone':
      return { kind, missing, pattern: phonePattern(texts) ?? commonForm(texts), ...formsIn(column, as) }
    case 'pattern':
      return {
        ...{ kind, missing, pattern: commonPattern(texts, distinct) ?? commonForm(texts), ...formsIn(column, as) },
        check: lawOf(texts) ?? undefined,
      }
    case 'ip':
      return { kind, missing, ip: texts.filter(isIPv6).length * 2 > texts.length ? 'v6' : 'v4' }
    case 'text':
      return { kind, missing, wordCounts: texts.slice(0, 256).map((text) => text.split(/\s+/).length) }
    default:
      return { kind, missing }
  }
}

function formsIn(column: RawColumn, as: ReadAs): Pick<Outside, 'forms'> {
  const forms = codeForms(column, as)
  return forms === null ? {} : { forms }
}
