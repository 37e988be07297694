import type { FieldType, Value, Vector } from '../../record.js'
import { writeModel } from '../../model/artifact-write.js'
import type { ModelArtifact } from '../../model/artifact.js'
import { parseModel } from '../../model/load.js'
import { openGenerator } from '../../model/open.js'
import type { ColumnKind, ColumnSettings } from '../columns/column-settings.js'
import { freeName } from '../columns/day-and-time.js'
import { planColumns, type LearnedColumn, type PlannedColumn } from '../columns/plan.js'
import { noColumnsFile, type ColumnsFile } from '../columns/settings.js'
import { learnTable, type LearnOptions } from '../learn.js'
import type { NodeColumn } from '../node-column.js'
import type { RawColumn, Table } from '../table/table.js'
import { classesOf, type Classes } from './classes.js'
import { findPeople, type People, type PersonColumn } from './find.js'
import { ratesOf, spreadOver, type Rate } from './rates.js'

/** People made up in place of the table's, as many and as frequent as those. */
export interface Cast {
  /** The hidden column with the number of each record's person. Training has classes of people; the model, the people of these. */
  readonly node: NodeColumn
  /** By person: the class. */
  readonly classOf: Int32Array
  /** By person: its share of the class. */
  readonly shares: Float64Array
  readonly columns: readonly CastColumn[]
  readonly notes: readonly string[]
}

export interface CastColumn {
  readonly name: string
  readonly kind: ColumnKind
  /** Whether its values have the table's shares, because people of a class share them. */
  readonly measured: boolean
  readonly type: FieldType
  /** By person, in the held form; null: missing. */
  readonly values: readonly Value[]
}

/** A model has at most as many people as categories. */
export const maxPeople = 8192
const [fewPeople, fewStates, manyStates] = [1000, 8, 16]
/** Records drawn at a time. */
const capacity = 1024
/** Records drawn for each person wanted, at most: to find people of every class; to find people that differ. */
const [classDraws, otherDraws] = [40, 10]
/** If at least this share of the people have values of their own in a column, all that are made do. */
const minOwn = 0.99

/** Makes up people for those that several rows have. Throws as `fitTable` does. */
export async function castPeople(
  planned: readonly PlannedColumn[],
  table: Table,
  file: ColumnsFile | undefined,
  options: LearnOptions,
): Promise<Cast[]> {
  const names = new Set(planned.map(({ name }) => name))
  const casts: Cast[] = []
  for (const people of findPeople(planned, file)) {
    const learned = await learnPeople(people, table, file, options)
    casts.push(castOf(people, learned, freeName(`${people.key}.person`, names), options))
  }
  return casts
}

interface LearnedPeople {
  readonly artifact: ModelArtifact
  readonly notes: readonly string[]
  readonly planned: readonly PlannedColumn[]
}

/** A model of the people: a table with a row for each. */
async function learnPeople(
  people: People,
  table: Table,
  file: ColumnsFile | undefined,
  options: LearnOptions,
): Promise<LearnedPeople> {
  const own: Table = {
    ...table,
    rows: people.count,
    sourceRows: people.count,
    columns: people.columns.map(({ column, codes }) => columnOf(column.raw!, codes)),
    notes: [],
  }
  const settingsOf = (name: string): ColumnSettings => ({ ...file?.columns.get(name), hide: undefined })
  const given = new Map(people.columns.map((each) => [each.column.name, settingsOf(each.column.name)]))
  const inferred = planColumns(own, { ...noColumnsFile, columns: given })
  people.columns.forEach(({ column, isName }, i) => {
    const kind = kindOf(column, isName, inferred[i], people.count)
    if (kind !== undefined) given.set(column.name, { ...settingsOf(column.name), kind })
  })
  const settings: ColumnsFile = { ...noColumnsFile, columns: given }
  const states = people.count < fewPeople ? fewStates : manyStates
  const planned = planColumns(own, settings)
  return { ...(await learnTable(own, settings, planned, { ...options, states })), planned }
}

/** The kind to read a person's column as; undefined: as inferred. */
function kindOf(
  column: PlannedColumn,
  isName: boolean,
  inferred: PlannedColumn,
  people: number,
): ColumnKind | undefined {
  if (isName) return 'name'
  if (column.place === 'outside') return column.kind
  // Codes and numbers of which each person has its own are made up; other values are those of the table.
  const isOwn = inferred.raw !== null && inferred.raw.values.length >= minOwn * people
  return isOwn && inferred.place === 'outside' && inferred.kind !== 'text' ? undefined : column.learned.kind
}

function columnOf({ name, values, firstRows }: RawColumn, picked: Int32Array): RawColumn {
  const own = new Map<number, number>()
  const codes = Uint32Array.from(picked, (code) => {
    const known = own.get(code) ?? own.size
    own.set(code, known)
    return known
  })
  const counts = new Uint32Array(own.size)
  for (const code of codes) counts[code]++
  const kept = [...own.keys()]
  return {
    ...{ name, codes, counts },
    values: kept.map((code) => values[code]),
    firstRows: kept.map((code) => firstRows[code]),
  }
}

function castOf(people: People, learned: LearnedPeople, name: string, options: LearnOptions): Cast {
  const rows = new Int32Array(people.count)
  for (const person of people.personOf) if (person >= 0) rows[person]++
  const shared = new Set(learned.planned.flatMap(({ place, name }) => (place === 'learned' ? [name] : [])))
  const traitColumns = people.columns.filter(({ column }) => shared.has(column.name))
  const { traits, classes } = classesOf(traitColumns, people.count, rows, options.minCount)
  const rateOf = ratesOf(rows)
  const rates = classes.map((each): Rate[] => each.people.flatMap((person) => rateOf(rows[person])))
  const sizes = rates.map((each) => each.reduce((sum, { people }) => sum + people, 0))
  const scale = Math.min(1, (maxPeople - classes.length) / sizes.reduce((sum, size) => sum + size, 0))
  const spread = rates.map((each, i) => spreadOver(each, Math.max(1, Math.round(scale * sizes[i]))))
  const classOf = Int32Array.from(spread.flatMap((each, i) => each.map(() => i)))
  const shares = Float64Array.from(
    spread.flatMap((each) => {
      const sum = each.reduce((total, rate) => total + rate, 0)
      return each.map((rate) => rate / sum)
    }),
  )
  const columns = madePeople(people, { traits, classes }, classOf, learned, options.seed)
  const classOfPerson = new Int32Array(people.count)
  classes.forEach((each, i) => each.people.forEach((person) => (classOfPerson[person] = i)))
  const named = columns.map((column) => column.name)
  const described = named.length === 1 ? `column ${named[0]}: describes` : `columns ${named.join(', ')}: describe`
  const note =
    `${described} ${people.count} people; records have ${classOf.length} made-up people, who come back as often` +
    (scale < 1 ? `; a model has at most ${maxPeople}` : '')
  return {
    node: nodeOf(name, people, classOfPerson, classes.length),
    classOf,
    shares,
    columns,
    notes: [note, ...learned.notes],
  }
}

function nodeOf(name: string, { personOf }: People, classOfPerson: Int32Array, classes: number): NodeColumn {
  const isMissing = personOf.includes(-1)
  const symbols = [...Array.from({ length: classes }, (_, i) => i), ...(isMissing ? [null] : [])]
  const raw: RawColumn = {
    ...{ name, values: symbols, counts: new Uint32Array(symbols.length), firstRows: symbols.map(() => 0) },
    codes: Uint32Array.from(personOf, (person) => (person < 0 ? classes : classOfPerson[person])),
  }
  for (const code of raw.codes) raw.counts[code]++
  const column: LearnedColumn = {
    ...{ place: 'learned', name, hidden: true, raw },
    learned: { kind: 'integer', type: { kind: 'integer' }, held: symbols, grain: 1, detail: null, notes: [] },
  }
  const codeOf = (held: Value): number => symbols.indexOf(held as number | null)
  const alphabet = { symbols, grain: 1, codeOf, exact: true, notes: [] }
  return { column, alphabet, codes: Uint16Array.from(raw.codes) }
}

/** A column of the people that are made. */
interface Made extends CastColumn {
  values: Value[]
  /** Values that no two people share, and none of a person of the table; null: people may share values. */
  readonly used: Set<Value> | null
}

/** The values of the people of each class, drawn from a model of the table's people. */
function madePeople(
  { columns, count }: People,
  { traits, classes }: Classes,
  classOf: Int32Array,
  { artifact, planned }: LearnedPeople,
  seed: number,
): CastColumn[] {
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'the people of the table'), {
    seed,
    capacity,
  })
  const made = columns.map((each): Made => {
    const { name } = each.column
    const { type } = generator.fields.find((field) => field.name === name)!
    const plan = planned.find((column) => column.name === name)!
    const kind = plan.place === 'learned' ? plan.learned.kind : plan.kind
    const measured = plan.place === 'learned' && traits.some((trait) => trait.name === name && trait.isValue)
    const values = new Array<Value>(classOf.length).fill(null)
    return { name, kind, measured, type, values, used: usedIn(each, count) }
  })
  /** By class: the people who are still to be made. */
  const open = classes.map((): number[] => [])
  classOf.forEach((each, person) => open[each].push(person))
  const traitColumns = traits.map(({ name }) => made.findIndex((column) => column.name === name))
  const fits = (found: readonly string[], each: number): boolean =>
    classes[each].traits.every((trait, i) => trait === null || trait === found[i])
  let wanted = classOf.length
  const limits = [classDraws * wanted, (classDraws + otherDraws) * wanted]
  for (let drawn = 0; wanted > 0;) {
    const batch = generator.generate(capacity)
    const columnsOf = made.map(({ name }) => {
      const index = batch.fields.findIndex((field) => field.name === name)
      return heldValues(batch.vectors[index], batch.fields[index].dictionary, capacity)
    })
    for (let i = 0; i < capacity && wanted > 0; i++, drawn++) {
      const values = columnsOf.map((column) => column[i])
      const isFree = made.every(({ used }, j) => used === null || values[j] === null || !used.has(values[j]))
      if (!isFree && drawn < limits[1]) continue
      const found = traits.map(({ of }, trait) => of(values[traitColumns[trait]]))
      const each = open.findIndex((people, one) => people.length > 0 && (drawn >= limits[0] || fits(found, one)))
      if (each < 0) continue
      const person = open[each].shift()!
      made.forEach((column, j) => {
        column.values[person] = values[j]
        column.used?.add(values[j])
      })
      wanted--
    }
  }
  return made
}

/** The values that no made person may have: those of the table's people and, later, of each other. Null: people may share values. */
function usedIn({ column, codes, isName }: PersonColumn, count: number): Set<Value> | null {
  const raw = column.raw!
  if (new Set(codes).size < minOwn * count) return null
  return new Set(column.place === 'outside' || isName ? Array.from(codes, (code) => raw.values[code]) : [])
}

function heldValues(vector: Vector, dictionary: readonly (Value | undefined)[] | undefined, length: number): Value[] {
  const rows = Array.from({ length }, (_, i) => i)
  if (vector.kind === 'dictionary') return rows.map((i) => dictionary![vector.codes[i]] ?? null)
  if (vector.kind === 'number') return rows.map((i) => (Number.isNaN(vector.values[i]) ? null : vector.values[i]))
  if (vector.kind === 'list') return rows.map(() => null)
  const bytes = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength)
  return rows.map((i) =>
    vector.missing?.[i] ? null : bytes.toString('utf8', vector.offsets[i], vector.offsets[i + 1]),
  )
}
