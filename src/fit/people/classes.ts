import { isNumeric } from '../columns/plan.js'
import type { PersonColumn } from './find.js'

type Held = string | number | boolean | null

/** What people may have in common, such as their city, or a quarter of the ages. */
export interface Trait {
  readonly name: string
  readonly of: (held: Held) => string
  /** Whether it is a single value. */
  readonly isValue: boolean
}

/** People who behave alike as far as the model can tell. */
export interface PersonClass {
  readonly people: readonly number[]
  /** By trait: what all of them have; null: it varies. */
  readonly traits: readonly (string | null)[]
}

export interface Classes {
  readonly traits: readonly Trait[]
  readonly classes: readonly PersonClass[]
}

/** A class has at least this many people, so that the model does not learn what one of them does. */
const minPeople = 5
/** A trait divides the classes if at most this share of the people would be in a class too small. */
const maxRare = 0.2
const maxValues = 20
const bands = 4
const maxFrequency = 6

/**
 * Divides people by what they have in common, and by how often they occur. `columns`: those with values that people share. `rows`: by
 * person. `minCount`: as in DiscretiseOptions.
 */
export function classesOf(
  columns: readonly PersonColumn[],
  count: number,
  rows: Int32Array,
  minCount: number,
): Classes {
  const least = Math.max(minPeople, minCount)
  let groups = [Array.from({ length: count }, (_, person) => person)]
  const candidates = columns
    .flatMap((column) => traitOf(column) ?? [])
    .sort((a, b) => a.values - b.values)
    .map(({ trait, valueOf }) => ({ trait, valueOf }))
  const kept: typeof candidates = []
  for (const candidate of candidates) {
    const finer = divided(groups, least, candidate.valueOf)
    if (finer === null) continue
    groups = finer
    kept.push(candidate)
  }
  const frequency = (person: number): string => String(Math.min(maxFrequency, Math.floor(Math.log2(rows[person]))))
  groups = divided(groups, least, frequency) ?? groups
  return {
    traits: kept.map(({ trait }) => trait),
    classes: groups.map((people) => ({
      people,
      traits: kept.map(({ valueOf }) => {
        const first = valueOf(people[0])
        return people.every((person) => valueOf(person) === first) ? first : null
      }),
    })),
  }
}

/** The groups divided by a value; those with too few people together. Null: too many people would be in such groups. */
function divided(groups: readonly number[][], least: number, valueOf: (person: number) => string): number[][] | null {
  let rare = 0
  let all = 0
  const finer = groups.flatMap((people) => {
    all += people.length
    const parts = new Map<string, number[]>()
    for (const person of people) {
      const value = valueOf(person)
      const part = parts.get(value)
      if (part) part.push(person)
      else parts.set(value, [person])
    }
    const large = [...parts.values()].filter((part) => part.length >= least)
    const small = [...parts.values()].filter((part) => part.length < least).flat()
    if (large.length === 0) {
      rare += parts.size > 1 ? people.length : 0
      return [people]
    }
    rare += small.length
    if (small.length >= least) return [...large, small]
    large.sort((a, b) => b.length - a.length)[0].push(...small)
    return large
  })
  return rare > maxRare * all ? null : finer
}

function traitOf({
  column,
  codes,
}: PersonColumn): { trait: Trait; valueOf: (person: number) => string; values: number } | null {
  if (column.place === 'outside') return null
  const { held } = column.learned
  const values = Array.from(codes, (code) => held[code])
  const distinct = [...new Set(values)]
  const numeric = isNumeric(column)
  if (distinct.length < 2 || (!numeric && distinct.length > maxValues)) return null
  const sorted = numeric ? values.filter((value) => typeof value === 'number').sort((a, b) => a - b) : []
  const edges = Array.from({ length: bands - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bands)])
  const isBanded = numeric && distinct.length > bands
  const of = (value: Held): string =>
    isBanded && typeof value === 'number' ? String(edges.filter((edge) => value >= edge).length) : JSON.stringify(value)
  return {
    trait: { name: column.name, of, isValue: !isBanded },
    valueOf: (person) => of(held[codes[person]]),
    values: isBanded ? bands : distinct.length,
  }
}
