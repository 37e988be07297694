import type { ColumnsFile } from '../columns/settings.js'
import { emailForm } from '../columns/email-form.js'
import type { PlannedColumn } from '../columns/plan.js'
import { isIdName, isFullName } from '../columns/texts.js'
import type { Cell } from '../table/table.js'

/** People who occur in several rows each, with the columns that say something about them: a customer's name, email address, city. */
export interface People {
  /** The column that identifies them. */
  readonly key: string
  /** By row: the person, from 0; −1: none. */
  readonly personOf: Int32Array
  readonly count: number
  readonly columns: readonly PersonColumn[]
}

export interface PersonColumn {
  readonly column: PlannedColumn
  /** By person: the code of the raw column in most of the person's rows. */
  readonly codes: Int32Array
  /** Whether the texts are names of people, as the email addresses show. */
  readonly isName: boolean
}

/** A column of people repeats if at least this many rows, and this share of them, are of people seen before. */
const [minRepeats, minRepeatShare] = [20, 0.05]
/** A column is a person's if chance would break that in at least this many rows. */
const minBroken = 20
/** Share of a person's rows with another spelling, or a new number, that still leaves it the person's. */
const maxOtherShare = 0.05

/** Names that come back this many times as often as chance would have it are not those of namesakes. */
const timesChance = 3

const personal: readonly string[] = ['name', 'first_name', 'last_name', 'email', 'phone', 'address']
const identifying: readonly string[] = ['name', 'email', 'phone']
const possible: readonly string[] = [...personal, 'uuid', 'pattern', 'text', 'url', 'ip']

/** The people of a table, of several kinds if it has, say, both customers and couriers. */
export function findPeople(planned: readonly PlannedColumn[], file: ColumnsFile | undefined): People[] {
  let free = planned.filter((column) => column.raw !== null && isFree(column, file))
  const found: People[] = []
  for (;;) {
    const next = peopleIn(free)
    if (next === null) return found
    const taken = new Set(next.columns.map(({ column }) => column))
    free = free.filter((column) => !taken.has(column))
    found.push(next)
  }
}

/** Whether a column is not bound to others by the columns file. */
function isFree(column: PlannedColumn, file: ColumnsFile | undefined): boolean {
  if (column.place === 'outside' && !possible.includes(column.kind)) return false
  const all = [...(file?.columns ?? [])]
  const { repeats, equals, after, before, relations, mask } = file?.columns.get(column.name) ?? {}
  if (repeats !== undefined || equals !== undefined || after !== undefined || before !== undefined) return false
  if (relations !== undefined || mask !== undefined) return false
  const stated = all.flatMap(([, each]) => [each.equals ?? [], each.after ?? [], each.before ?? []].flat())
  return ![...stated, ...(file?.forbid ?? [])].some((text) => text.includes(column.name))
}

interface Key {
  readonly name: string
  readonly personOf: Int32Array
  readonly count: number
  readonly columns: readonly PlannedColumn[]
}

function peopleIn(columns: readonly PlannedColumn[]): People | null {
  const outside = (kinds: readonly string[]): PlannedColumn[] =>
    columns.filter((column) => column.place === 'outside' && kinds.includes(column.kind))
  const keys = outside(identifying).map((column) => keyOf([column]))
  const [[first], [last]] = [outside(['first_name']), outside(['last_name'])]
  if (first !== undefined && last !== undefined) keys.push(keyOf([first, last]))
  const others = columns.filter((column) => isPersonal(column))
  const ranked = keys
    .filter((key) => repeats(key))
    .map((key) => ({ key, known: others.filter((column) => valuesOf(key, column) !== null) }))
    .sort((a, b) => b.known.length - a.known.length || b.key.count - a.key.count)
  for (const { key, known } of ranked) {
    if (!isOnePerson(key, known, outside(['email', 'phone']))) continue
    const own = columns.flatMap((column): PersonColumn[] => {
      const codes = valuesOf(key, column)
      return codes === null ? [] : [{ column, codes, isName: isNameOf(column, columns) }]
    })
    if (key.columns.every((column) => own.some((each) => each.column === column)))
      return { key: key.name, personOf: key.personOf, count: key.count, columns: own }
  }
  return null
}

function keyOf(columns: readonly PlannedColumn[]): Key {
  const parts = columns.map((column) => ({ codes: column.raw!.codes, of: groupsOf(column) }))
  const size = parts[0].codes.length
  const people = new Map<string, number>()
  const personOf = new Int32Array(size).fill(-1)
  for (let row = 0; row < size; row++) {
    const groups = parts.map(({ codes, of }) => of[codes[row]])
    if (groups.includes(-1)) continue
    const text = groups.join(' ')
    const person = people.get(text) ?? people.size
    people.set(text, person)
    personOf[row] = person
  }
  return { name: columns[0].name, personOf, count: people.size, columns }
}

/** By code of the raw column: a number for the value that it is read as; −1: missing. */
function groupsOf(column: PlannedColumn): Int32Array {
  const raw = column.raw!
  const missing = new Set(column.place === 'outside' ? column.settings.missing : [])
  const read = (cell: Cell, code: number): Cell => {
    if (column.place === 'learned') return column.learned.held[code]
    return cell === null || missing.has(String(cell)) ? null : cell
  }
  const groups = new Map<Cell, number>()
  return Int32Array.from(raw.values, (cell, code) => {
    const value = read(cell, code)
    if (value === null) return -1
    const group = groups.get(value) ?? code
    groups.set(value, group)
    return group
  })
}

/** Whether rows with the same key are of one person, rather than of namesakes. `known`: the personal columns that the key determines. */
function isOnePerson(key: Key, known: readonly PlannedColumn[], unique: readonly PlannedColumn[]): boolean {
  if (key.columns.some((column) => unique.includes(column))) return true
  if (unique.some((column) => !known.includes(column))) return false
  return known.some((column) => !key.columns.includes(column)) || isNoCoincidence(key)
}

/** Whether more pairs of rows have the same name than if first and last names came together by chance. */
function isNoCoincidence({ columns, personOf, count }: Key): boolean {
  const people = new Float64Array(count)
  const words = [new Map<string, number>(), new Map<string, number>()]
  let rows = 0
  personOf.forEach((person, row) => {
    if (person < 0) return
    rows++
    people[person]++
    const name = columns.map(({ raw }) => String(raw!.values[raw!.codes[row]])).join(' ')
    const split = name.trim().split(/\s+/)
    ;[split[0], split.slice(1).join(' ')].forEach((word, i) => words[i].set(word, (words[i].get(word) ?? 0) + 1))
  })
  const alike = (counts: Iterable<number>): number => {
    let sum = 0
    for (const each of counts) sum += (each / rows) ** 2
    return sum
  }
  const pairs = people.reduce((sum, each) => sum + (each * (each - 1)) / 2, 0)
  const chance = (alike(words[0].values()) * alike(words[1].values()) * (rows * (rows - 1))) / 2
  return pairs > timesChance * chance
}

function isPersonal(column: PlannedColumn): boolean {
  return (column.place === 'outside' && personal.includes(column.kind)) || isIdName(column.name)
}

function repeats({ personOf, count }: Key): boolean {
  const rows = personOf.reduce((sum, person) => sum + (person < 0 ? 0 : 1), 0)
  return rows - count >= Math.max(minRepeats, minRepeatShare * rows)
}

/** By person: the code of the column's value in most of the person's rows; null: the person does not determine it. */
function valuesOf({ personOf, count, columns }: Key, column: PlannedColumn): Int32Array | null {
  const { codes } = column.raw!
  const groups = groupsOf(column)
  const most = new Int32Array(count).fill(-1)
  const lead = new Int32Array(count)
  const rows = new Int32Array(count)
  const shares = new Map<number, number>()
  // The majority vote of Boyer and Moore.
  personOf.forEach((person, row) => {
    if (person < 0) return
    const group = groups[codes[row]]
    shares.set(group, (shares.get(group) ?? 0) + 1)
    if (rows[person]++ === 0 || lead[person] === 0) [most[person], lead[person]] = [codes[row], 1]
    else lead[person] += groups[most[person]] === group ? 1 : -1
  })
  const isKey = columns.includes(column)
  let other = 0
  personOf.forEach((person, row) => {
    const group = groups[codes[row]]
    if (person < 0 ? group >= 0 && !isKey : group !== groups[most[person]]) other++
  })
  const all = rows.reduce((sum, each) => sum + each, 0)
  const repeated = all - count
  const alike = [...shares.values()].reduce((sum, each) => sum + (each / all) ** 2, 0)
  if (other > (isPersonal(column) ? maxOtherShare * repeated : 0)) return null
  return repeated * (1 - alike) >= minBroken ? most : null
}

/** Whether a column's texts are full names that the email addresses follow. */
function isNameOf(column: PlannedColumn, columns: readonly PlannedColumn[]): boolean {
  if (column.place === 'outside') return false
  const { name, raw } = column
  if (column.learned.type.kind !== 'string' || raw.values.length < 2) return false
  if (!isFullName(raw.values.filter((cell) => typeof cell === 'string'))) return false
  const parts = (['first', 'last'] as const).map((word) => ({ reference: name, raw, word }))
  return columns.some(
    (other) => other.place === 'outside' && other.kind === 'email' && emailForm(other.raw!, parts) !== null,
  )
}
