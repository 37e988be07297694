import type { Cell, RawColumn } from '../table/table.js'
import type { LearnedColumn, UnlearnedColumn, PlannedColumn } from './plan.js'
import { phrasesOf } from './phrases.js'
import { placeholderWords } from './placeholders.js'
import { formsOfCodes } from './text-forms.js'
import { domainsOf } from './email-domains.js'
import { topicsOf } from './topics.js'

/** Another column determines the prefix of codes if at least this share of the rows follow the rule … */
const minShare = 0.98
/** … and each prefix has at least this many rows on average. */
const minRowsEach = 5
const maxPrefix = 8
/** Maximum number of values of that column; more, or fewer rows for each, prove nothing. */
const maxDeciders = 2000

/** By distinct value of a column: its form, null if missing. Null: the values have no forms. `prefix`: see FormOptions. */
export function formsOfColumn(
  { values, counts }: RawColumn,
  isMissing: (cell: Cell) => boolean,
  prefix = 0,
): (string | null)[] | null {
  const present = values.flatMap((cell, code) => (isMissing(cell) ? [] : [code]))
  const forms = formsOfCodes(
    present.map((code) => ({ text: String(values[code]), count: counts[code] })),
    { prefix },
  )
  return forms && byCode(values.length, present, forms)
}

/** By code: what the present ones have; null for the others. */
function byCode<T>(size: number, present: readonly number[], each: readonly T[]): (T | null)[] {
  const all = new Array<T | null>(size).fill(null)
  present.forEach((code, i) => (all[code] = each[i]))
  return all
}

/**
 * The columns, with each column of codes that has several forms preceded by a hidden column in which its forms are learned. So forms can
 * depend on other columns: a category has its prefix, a country its length. If another column determines the prefix of the codes, the
 * prefix is part of the form.
 */
export function withForms(
  planned: readonly PlannedColumn[],
  minCount: number,
  freeName: (name: string) => string,
): PlannedColumn[] {
  const learned = planned.filter((column): column is LearnedColumn => column.place === 'learned')
  return planned.flatMap((column): PlannedColumn[] => {
    if (column.place === 'outside' && column.kind === 'text') return worded(column, minCount, learned, freeName)
    if (column.place === 'outside' && column.kind === 'email') return withDomains(column, minCount, freeName)
    const given = column.place === 'outside' ? column.found?.forms : undefined
    if (column.place === 'learned' || column.raw === null || column.found === null || given === undefined)
      return [column]
    if (column.settings.pattern !== undefined || column.settings.mask !== undefined) return [column]
    const { raw, found } = column
    const forms = withoutRare(formsWithPrefix(raw, given, learned) ?? given, raw, minCount)
    const distinct = new Set(forms)
    if (distinct.size === 1) return [{ ...column, found: { ...found, forms } }]
    const name = freeName(`${column.name}.form`)
    return [
      formColumn(name, raw, forms),
      { ...column, found: { ...found, forms, form: name } } satisfies UnlearnedColumn,
    ]
  })
}

/** A column of texts, preceded by a hidden column of their forms if anything of the texts is kept. */
function worded(
  column: UnlearnedColumn,
  minCount: number,
  learned: readonly LearnedColumn[],
  freeName: (name: string) => string,
): PlannedColumn[] {
  const { raw, found, settings } = column
  if (raw === null || found === null || settings.mask !== undefined) return [column]
  const missing = new Set(settings.missing)
  const present = raw.values.flatMap((cell, code) => (cell === null || missing.has(String(cell)) ? [] : [code]))
  const texts = present.map((code) => ({ text: String(raw.values[code]), count: raw.counts[code] }))
  const { forms: own, words, coded } = phrasesOf(texts, minCount)
  if (words === null && !own.some((form) => form.startsWith('='))) return [column]
  const size = raw.values.length
  const forms = withoutRare(byCode(size, present, own), raw, minCount)
  const topics = words && topicsOf(raw, byCode(size, present, coded), words.words.length, learned)
  const name = freeName(`${column.name}.form`)
  const made = { words: words ?? placeholderWords, ...(topics && { topics }) }
  return [formColumn(name, raw, forms), { ...column, found: { ...found, forms, form: name, ...made } }]
}

/** A column of email addresses, preceded by a hidden column of their domains if any of these is frequent. */
function withDomains(column: UnlearnedColumn, minCount: number, freeName: (name: string) => string): PlannedColumn[] {
  const { raw, found, settings } = column
  if (raw === null || found === null || settings.domains === 'example') return [column]
  const forms = domainsOf(raw, new Set(settings.missing), minCount)
  if (forms === null) return [column]
  const note =
    `column ${column.name}: records have the domains that at least five of its addresses share, where mail may reach someone; ` +
    'for addresses that reach no one, set domains: example in a columns file'
  const notes = [...(found.notes ?? []), note]
  if (new Set(forms).size === 1) return [{ ...column, found: { ...found, forms, notes } }]
  const name = freeName(`${column.name}.domain`)
  return [formColumn(name, raw, forms), { ...column, found: { ...found, forms, form: name, notes } }]
}

/** Replaces forms with too few rows by the most frequent one. */
function withoutRare(
  forms: readonly (string | null)[],
  { counts }: RawColumn,
  minCount: number,
): readonly (string | null)[] {
  const rows = new Map<string, number>()
  forms.forEach((form, code) => form !== null && rows.set(form, (rows.get(form) ?? 0) + counts[code]))
  const [most] = [...rows].sort((a, b) => b[1] - a[1])
  return forms.map((form) => (form === null || (rows.get(form) ?? 0) >= minCount ? form : most[0]))
}

function formColumn(name: string, raw: RawColumn, forms: readonly (string | null)[]): LearnedColumn {
  return {
    place: 'learned',
    name,
    hidden: true,
    raw: { ...raw, name },
    learned: { kind: 'category', type: { kind: 'string' }, held: forms, grain: 0, detail: null, notes: [] },
  }
}

function formsWithPrefix(
  raw: RawColumn,
  forms: readonly (string | null)[],
  learned: readonly LearnedColumn[],
): (string | null)[] | null {
  const prefix = decidedPrefix(raw, forms, learned)
  return prefix === 0 ? null : formsOfColumn(raw, (cell) => forms[raw.values.indexOf(cell)] === null, prefix)
}

/** The length of the prefix that another column determines. */
function decidedPrefix(raw: RawColumn, forms: readonly (string | null)[], learned: readonly LearnedColumn[]): number {
  const rows = raw.codes.length
  const deciders = learned.filter(({ learned: { held, kind } }) => {
    const count = new Set(held).size
    return (
      (kind === 'category' || kind === 'boolean' || kind === 'integer') &&
      count > 1 &&
      count <= Math.min(maxDeciders, rows / minRowsEach)
    )
  })
  const texts = raw.values.map((cell, code) => (forms[code] === null ? null : String(cell)))
  const shortest = texts.reduce((least, text) => (text === null ? least : Math.min(least, text.length)), maxPrefix + 1)
  for (let prefix = Math.min(maxPrefix, shortest - 1); prefix > 0; prefix--) {
    const beginnings = texts.map((text) => text?.slice(0, prefix) ?? null)
    const count = new Set(beginnings.filter((text) => text !== null)).size
    if (count < 2 || count > rows / minRowsEach) continue
    if (deciders.some((decider) => decides(decider, raw, beginnings))) return prefix
  }
  return 0
}

function decides(
  { raw: by, learned: { held } }: LearnedColumn,
  raw: RawColumn,
  beginnings: readonly (string | null)[],
): boolean {
  const pairs = new Map<unknown, Map<string, number>>()
  let total = 0
  for (let row = 0; row < raw.codes.length; row++) {
    const beginning = beginnings[raw.codes[row]]
    if (beginning === null) continue
    total++
    const value = held[by.codes[row]]
    const counts = pairs.get(value) ?? new Map<string, number>()
    pairs.set(value, counts)
    counts.set(beginning, (counts.get(beginning) ?? 0) + 1)
  }
  let kept = 0
  for (const counts of pairs.values()) kept += Math.max(...counts.values())
  return kept >= minShare * total
}

const classes: Readonly<Record<string, string>> = { '[0-9]': '#', '[a-z]': '?', '[A-Z]': '^', '[0-9a-f]': '*' }

/** A form as a pattern of format version 1, if possible; otherwise null. */
export function patternOfForm(form: string): string | null {
  let pattern = ''
  for (const [, escaped, set, times, plain] of form.matchAll(/\\([^])|(\[[^\]]+\])(?:\{(\d+)\})?|([^])/gu)) {
    if (set === undefined) {
      const character = escaped ?? plain
      pattern += /[#?^*\\]/.test(character) ? `\\${character}` : character
    } else if (Object.hasOwn(classes, set)) pattern += classes[set].repeat(Number(times ?? 1))
    else return null
  }
  return pattern
}
