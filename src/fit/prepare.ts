import { GenesisError } from '../errors.js'
import type { Formula } from '../model/expression/formula.js'
import type { CodedTable } from '../model/circuit.js'
import { isNumeric, type LearnedColumn, type PlannedColumn } from './columns/plan.js'
import { withForms } from './columns/code-forms.js'
import type { ColumnsFile } from './columns/settings.js'
import { dayAndTime, freeName, type ComposedColumn } from './columns/day-and-time.js'
import { risingNote } from './columns/rising.js'
import { findDependencies, heldCodes, type ColumnDependency } from './dependencies.js'
import { categoryAlphabet, numberAlphabet, type DiscretiseOptions } from './discretise/alphabet.js'
import { groupsByPart, jointColumns } from './relations/joint.js'
import { donated, donorsOf } from './relations/donors.js'
import { findMasks, type Mask } from './relations/missing.js'
import { forbiddenNote, maskNotes, relationNote, timesIn } from './relations/note.js'
import { planRelations } from './relations/plan.js'
import type { PlannedRelation } from './relations/planned-relation.js'
import { followerNote, followersOf, type Follower } from './relations/followers.js'
import { unequalPairs } from './relations/unequal.js'
import { forbiddenRows, statedRelations } from './relations/stated.js'
import { orderedCodes, type NodeColumn } from './node-column.js'
import type { Cast } from './people/cast.js'
import { eventTimesIn, inOrder, isLearned, planTable, type Plan } from './plan-table.js'
import type { Table } from './table/table.js'
import type { TrainOptions } from './train.js'

/** A table prepared for training. */
export interface Prepared {
  readonly rows: number
  readonly planned: readonly PlannedColumn[]
  /** The columns of the circuit, in the order of its nodes. */
  readonly nodes: readonly NodeColumn[]
  /** The timestamps learned as a day and a time of day. Each part is a node, or determined by one. */
  readonly composed: readonly ComposedColumn[]
  /** The learned columns determined by another one. */
  readonly decided: readonly DecidedColumn[]
  /** The columns computed from others. */
  readonly relations: readonly PlannedRelation[]
  /** All relations found or stated, whether the model uses them or not. */
  readonly tied: readonly PlannedRelation[]
  /** The columns computed from an event time. */
  readonly followers: readonly Follower[]
  /** The columns whose missing values another column determines, which may be a hidden pattern column. */
  readonly masks: readonly Mask[]
  readonly patterns: readonly LearnedColumn[]
  /** Hidden columns that are not in the table: combinations of two of its columns. */
  readonly joint: readonly LearnedColumn[]
  /** The people made up in place of the table's. */
  readonly casts: readonly Cast[]
  /** Conditions that no record may satisfy. */
  readonly forbid: readonly Formula[]
  /** What was changed or dropped, each a complete sentence. */
  readonly notes: readonly string[]
}

export interface PrepareOptions extends DiscretiseOptions {
  /** Whether to look for relations between columns. @default true */
  readonly relations?: boolean
}

export interface DecidedColumn {
  readonly column: LearnedColumn
  /** The node that determines it. */
  readonly decider: NodeColumn
  /** By code of the decider. */
  readonly values: readonly (string | number | boolean | null)[]
}

/** Codes are 16 bits wide. */
const maxSymbols = 65_535

/** Finds relations, dependencies and symbols. Throws TABLE_INVALID or CONFIG_INVALID. `plan`: default without people. */
export function prepareTable(
  table: Table,
  file: ColumnsFile | undefined,
  options: PrepareOptions,
  plan: Plan = { planned: planTable(table, file), casts: [] },
): Prepared {
  const { casts } = plan
  const cast = new Set(casts.flatMap(({ columns }) => columns.map(({ name }) => name)))
  const notes = [...table.notes, ...casts.flatMap((cast) => cast.notes)]
  const names = new Set(plan.planned.map(({ name }) => name))
  for (const { node } of casts) names.add(node.column.name)
  const others = plan.planned.filter(({ name }) => !cast.has(name))
  const planned = withForms(others, options.minCount, (name) => freeName(name, names))
  let nodes: NodeColumn[] = []
  let composed: ComposedColumn[] = []
  const counting = planned.find((column) => column.place === 'outside' && column.kind === 'sequence')?.name
  for (const column of planned) {
    if (column.place === 'outside') {
      notes.push(...(column.note === undefined ? [] : [column.note]), ...(column.found?.notes ?? []))
      continue
    }
    const node = discretised(column, table, options)
    const rising = risingNote(column, counting)
    notes.push(...column.learned.notes, ...node.alphabet.notes, ...(rising === null ? [] : [rising]))
    const parts = node.alphabet.exact ? null : dayAndTime(column, names)
    if (parts === null) {
      nodes.push(node)
      continue
    }
    composed.push(parts)
    // Rounding its extremes would move a time of day out of the day.
    nodes.push(discretised(parts.day, table, options))
    nodes.push(neverMissing(discretised(parts.time, table, { ...options, roundExtremes: false })))
  }
  const learned = planned.filter(isLearned)
  const known = dependenciesOf(nodes)
  const groups = groupsOf(known.map(({ column, decider }) => [nodes[column].column.name, nodes[decider].column.name]))
  const clocks = eventTimesIn(planned)
  const isClock = (name: string): boolean => clocks.some((clock) => clock.name === name)
  const stated = statedRelations(learned, clocks, file)
  const ways = {
    isFixed: (name: string) => isClock(name) || groups.some((group) => group.has(name)),
    groups,
    hasClocks: clocks.length > 0,
    isExact: (name: string) => nodes.some(({ column, alphabet }) => column.name === name && alphabet.exact),
    freeName: (name: string) => freeName(name, names),
    stated,
  }
  const all = planRelations([...learned, ...clocks], { ...ways, search: options.relations !== false })
  const { relations, followers } = followersOf(all, clocks, learned, (name) => freeName(name, names))
  // The report measures relations even if the model does not use them.
  const tied =
    options.relations === false
      ? planRelations(learned, { ...ways, search: true, freeName: (name) => name })
      : relations
  const made = new Set(all.map(({ column }) => column.name))
  const gone = new Set(
    composed.filter(({ column }) => made.has(column.name)).flatMap(({ day, time }) => [day.name, time.name]),
  )
  composed = composed.filter(({ column }) => !made.has(column.name))
  nodes = nodes.filter(({ column }) => !made.has(column.name) && !gone.has(column.name))
  for (const { rest, own, free, parts = [], notSo } of relations) {
    if (rest !== null) nodes.push(discretised(rest, table, { ...options, keep: notSo ?? undefined }))
    for (const hidden of [...parts, own, free]) if (hidden != null) nodes.push(discretised(hidden, table, options))
  }
  for (const { rest } of followers) if (rest !== null) nodes.push(discretised(rest, table, options))
  const before = dependenciesOf(nodes)
  const dependent = new Set(before.map(({ column }) => nodes[column].column))
  const dependentOrDeciding = new Set(before.flatMap(({ column, decider }) => [nodes[column], nodes[decider]]))
  const partsOf = (column: LearnedColumn): NodeColumn[] => nodesOf(column, nodes, composed, relations)
  const maskable = learned.filter(
    (column) => partsOf(column).length > 0 && !partsOf(column).some((node) => dependentOrDeciding.has(node)),
  )
  const { masks, patterns } =
    options.relations === false
      ? { masks: [], patterns: [] }
      : findMasks(maskable, nodes, (name) => freeName(name, names))
  for (const { column, absent } of masks) {
    const parts = partsOf(column)
    const donors = donorsOf(
      parts[0],
      nodes.filter((node) => !parts.includes(node)),
      absent,
    )
    nodes = nodes.map((node) => (parts.includes(node) ? donated(node, donors) : node))
  }
  for (const pattern of patterns) nodes.push(discretised(pattern, table, { ...options, minCount: 1 }))
  notes.push(...maskNotes(masks))
  const open = nodes.filter(({ column }) => !dependent.has(column))
  const joint = options.relations === false ? [] : jointColumns(open, (name) => freeName(name, names))
  for (const column of joint) nodes.push(discretised(column, table, { ...options, minCount: 1 }))
  const { decided, undecided } = withDependencies(nodes)
  const isListed = (a: string, b: string): boolean => {
    const by = [a, b].map((name) => decided.find(({ column }) => column.name === name)?.decider.column)
    return by[0] !== undefined && by[0] === by[1] && joint.includes(by[0])
  }
  const tieable = learned.filter(({ name }) => !stated.untied.has(name))
  const unequal = options.relations === false ? [] : unequalPairs(tieable, isListed)
  for (const { columns } of unequal) notes.push(`columns ${columns.join(' and ')}: are never the same`)
  for (const { column, decider } of decided) notes.push(`column ${column.name} is determined by ${decider.column.name}`)
  for (const relation of relations) notes.push(relationNote(relation, timesIn([...learned, ...clocks])))
  for (const follower of followers) notes.push(followerNote(follower, clocks))
  for (const formula of stated.forbid) notes.push(forbiddenNote(formula, forbiddenRows(formula, learned), table.rows))
  return {
    rows: table.rows,
    planned: inOrder(planned, plan.planned),
    nodes: [...undecided, ...casts.map(({ node }) => node)],
    casts,
    composed,
    decided,
    relations,
    tied,
    followers,
    joint,
    masks,
    patterns,
    forbid: [
      ...stated.forbid,
      ...unequal.map(({ forbidden }) => forbidden),
      ...relations.flatMap(({ forbidden = [] }) => forbidden.map(({ formula }) => formula)),
    ],
    notes,
  }
}

/** The nodes behind a column: its own, those of its day and time, or its rest and own values. */
function nodesOf(
  column: LearnedColumn,
  nodes: readonly NodeColumn[],
  composed: readonly ComposedColumn[],
  relations: readonly PlannedRelation[],
): NodeColumn[] {
  const parts = composed.find((each) => each.column === column)
  const relation = relations.find((each) => each.column === column)
  const columns = relation
    ? [relation.rest, relation.own, relation.free, ...(relation.parts ?? [])]
    : parts
      ? [parts.day, parts.time]
      : [column]
  return nodes.filter((node) => columns.includes(node.column))
}

/** The names that pairs connect, directly or through others. */
function groupsOf(pairs: readonly (readonly [string, string])[]): ReadonlySet<string>[] {
  return pairs.reduce<Set<string>[]>((groups, pair) => {
    const touched = groups.filter((group) => pair.some((name) => group.has(name)))
    return [
      ...groups.filter((group) => !touched.includes(group)),
      new Set([...touched.flatMap((group) => [...group]), ...pair]),
    ]
  }, [])
}

function dependenciesOf(nodes: readonly NodeColumn[]): ColumnDependency[] {
  const held = nodes.map(({ column }) => heldCodes(column.raw, column.learned.held))
  return findDependencies(
    nodes.map(({ column, codes, alphabet }, j) =>
      alphabet.exact
        ? { name: column.name, codes, size: alphabet.symbols.length, exact: true }
        : { name: column.name, codes: held[j].codes, size: held[j].values.length, exact: false },
    ),
  )
}

function withDependencies(nodes: readonly NodeColumn[]): { decided: DecidedColumn[]; undecided: NodeColumn[] } {
  const dependencies = dependenciesOf(nodes)
  const decidedNodes = new Set(dependencies.map(({ column }) => column))
  const decided = dependencies.map(({ column, decider, values }): DecidedColumn => {
    const { alphabet, column: learned } = nodes[column]
    const own = alphabet.exact
      ? (alphabet.symbols as DecidedColumn['values'])
      : heldCodes(learned.raw, learned.learned.held).values
    return { column: learned, decider: nodes[decider], values: Array.from(values, (code) => own[code]) }
  })
  return { decided, undecided: nodes.filter((_, j) => !decidedNodes.has(j)) }
}

/** The rows as codes: all of them, or the selected ones. */
export function codedRows({ rows, nodes }: Prepared, selected?: Uint32Array): CodedTable {
  return {
    rows: selected?.length ?? rows,
    sizes: nodes.map(({ alphabet }) => alphabet.symbols.length),
    codes: nodes.map(({ codes }) => (selected === undefined ? codes : pick(codes, selected))),
  }
}

/** What training is told about the codes of each node. */
export function likenessOf({ nodes, joint }: Prepared): Pick<TrainOptions, 'ordered' | 'alike'> {
  return {
    ordered: nodes.map(orderedCodes),
    alike: nodes.map((node) => (joint.includes(node.column) ? groupsByPart(node) : [])),
  }
}

function pick(codes: Uint16Array, selected: Uint32Array): Uint16Array {
  const picked = new Uint16Array(selected.length)
  for (let i = 0; i < selected.length; i++) picked[i] = codes[selected[i]]
  return picked
}

/**
 * A node whose missing values are replaced by the previous row's. Used for times of day, so that only the day says whether a timestamp is
 * missing. If both said it, they would have to agree, which a model learns only approximately.
 */
function neverMissing(node: NodeColumn): NodeColumn {
  const missing = node.alphabet.symbols.indexOf(null)
  if (missing < 0) return node
  const codes = node.codes.slice()
  let last = codes.find((code) => code !== missing) ?? 0
  codes.forEach((code, row) => {
    if (code === missing) codes[row] = last
    else last = code
  })
  // Missing is the last symbol.
  return { ...node, codes, alphabet: { ...node.alphabet, symbols: node.alphabet.symbols.slice(0, missing) } }
}

function discretised(column: LearnedColumn, table: Table, options: DiscretiseOptions): NodeColumn {
  const { raw, learned } = column
  const counts = new Map<string | number | boolean | null, number>()
  learned.held.forEach((value, code) => counts.set(value, (counts.get(value) ?? 0) + raw.counts[code]))
  const isList = learned.kind === 'category' && options.minCount <= 1
  const alphabet = isNumeric(column)
    ? numberAlphabet(counts, learned.grain, { ...options, isList })
    : categoryAlphabet(column.name, counts, options)
  if (alphabet.symbols.length > maxSymbols)
    throw new GenesisError('TABLE_INVALID', `column ${column.name} has too many categories`, {
      place: table.place,
      found: `${alphabet.symbols.length}`,
      expected: `at most ${maxSymbols}`,
      remedy: 'Set another kind, such as text or pattern, in a columns file.',
    })
  const codeOf = learned.held.map((value) => alphabet.codeOf(value))
  return { column, alphabet, codes: Uint16Array.from(raw.codes, (code) => codeOf[code]) }
}
