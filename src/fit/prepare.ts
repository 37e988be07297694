import { GenesisError } from '../errors.js'
import type { CodedTable } from '../model/circuit.js'
import { isNumeric, planColumns, type LearnedColumn, type PlannedColumn } from './columns/plan.js'
import type { ColumnsFile } from './columns/settings.js'
import { dayAndTime, type ComposedColumn } from './columns/day-and-time.js'
import { findDependencies, heldCodes } from './dependencies.js'
import { categoryAlphabet, numberAlphabet, type Alphabet, type DiscretiseOptions } from './discretise/alphabet.js'
import type { Table } from './table/table.js'

/** A table that is ready to be trained from. */
export interface Prepared {
  readonly rows: number
  readonly planned: readonly PlannedColumn[]
  /** The columns of the circuit, in the order of its nodes. */
  readonly nodes: readonly NodeColumn[]
  /** The timestamps that are learned as a day and a time of day; both parts are among the nodes, or decided. */
  readonly composed: readonly ComposedColumn[]
  /** The learned columns that another one decides. */
  readonly decided: readonly DecidedColumn[]
  /** What was changed or left out, each a complete sentence. */
  readonly notes: readonly string[]
}

export interface NodeColumn {
  readonly column: LearnedColumn
  readonly alphabet: Alphabet
  /** Code of each row. */
  readonly codes: Uint16Array
}

export interface DecidedColumn {
  readonly column: LearnedColumn
  /** The node that decides it. */
  readonly decider: NodeColumn
  /** Its value for each code of the decider. */
  readonly values: readonly (string | number | boolean | null)[]
}

/** Codes are 16 bits wide. */
const maxSymbols = 65_535

/** Decides what each column is, finds its symbols, and what decides what. Throws TABLE_INVALID or CONFIG_INVALID. */
export function prepareTable(table: Table, file: ColumnsFile | undefined, options: DiscretiseOptions): Prepared {
  const planned = planColumns(table, file)
  const notes = [...table.notes]
  const nodes: NodeColumn[] = []
  const composed: ComposedColumn[] = []
  const names = new Set(planned.map(({ name }) => name))
  for (const column of planned) {
    if (column.place === 'outside') {
      notes.push(...(column.found?.notes ?? []))
      continue
    }
    const node = discretised(column, table, options)
    notes.push(...column.learned.notes, ...node.alphabet.notes)
    const parts = node.alphabet.exact ? null : dayAndTime(column, names)
    if (parts === null) {
      nodes.push(node)
      continue
    }
    composed.push(parts)
    // Rounded outwards, a time of day would leave the day.
    nodes.push(discretised(parts.day, table, options))
    nodes.push(neverMissing(discretised(parts.time, table, { ...options, roundExtremes: false })))
  }
  const held = nodes.map(({ column }) => heldCodes(column.raw, column.learned.held))
  const dependencies = findDependencies(
    nodes.map(({ column, codes, alphabet }, j) =>
      alphabet.exact
        ? { name: column.name, codes, size: alphabet.symbols.length, exact: true }
        : { name: column.name, codes: held[j].codes, size: held[j].values.length, exact: false },
    ),
  )
  const decidedNodes = new Set(dependencies.map(({ column }) => column))
  const decided = dependencies.map(({ column, decider, values }): DecidedColumn => {
    const { alphabet, column: learned } = nodes[column]
    const own = alphabet.exact ? (alphabet.symbols as DecidedColumn['values']) : held[column].values
    return { column: learned, decider: nodes[decider], values: Array.from(values, (code) => own[code]) }
  })
  for (const { column, decider } of decided) notes.push(`column ${column.name} is decided by ${decider.column.name}`)
  return { rows: table.rows, planned, nodes: nodes.filter((_, j) => !decidedNodes.has(j)), composed, decided, notes }
}

/** The rows in codes, all of them or the selected ones. */
export function codedRows({ rows, nodes }: Prepared, selected?: Uint32Array): CodedTable {
  return {
    rows: selected?.length ?? rows,
    sizes: nodes.map(({ alphabet }) => alphabet.symbols.length),
    codes: nodes.map(({ codes }) => (selected === undefined ? codes : pick(codes, selected))),
  }
}

function pick(codes: Uint16Array, selected: Uint32Array): Uint16Array {
  const picked = new Uint16Array(selected.length)
  for (let i = 0; i < selected.length; i++) picked[i] = codes[selected[i]]
  return picked
}

/**
 * A node whose missing values are those of the row before: of a time of day, whose day says alone whether the timestamp is
 * missing. Were both to say it, they would have to agree, which a model learns only nearly.
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
  const alphabet = isNumeric(column)
    ? numberAlphabet(counts, learned.grain, options)
    : categoryAlphabet(column.name, counts, options)
  if (alphabet.symbols.length > maxSymbols)
    throw new GenesisError('TABLE_INVALID', `column ${column.name} has too many categories`, {
      place: table.place,
      found: `${alphabet.symbols.length}`,
      expected: `at most ${maxSymbols}`,
      remedy: 'Give it another kind, such as text or pattern, in a columns file.',
    })
  const codeOf = learned.held.map((value) => alphabet.codeOf(value))
  return { column, alphabet, codes: Uint16Array.from(raw.codes, (code) => codeOf[code]) }
}
