import type { FieldType } from '../../record.js'
import type { ArtifactColumn, ModelArtifact, ColumnOrigin, Symbol } from '../artifact.js'
import { columnsIn, type Formula } from '../expression/formula.js'
import { parseTemplate } from '../generated/template-parts.js'
import { parsePattern } from '../generated/pattern-parts.js'
import { readForms } from '../generated/regex-forms.js'
import { wrongSpelling } from '../time/spelling.js'
import type { ModelFile } from './model-file.js'
import { checkAlphabet, checkSymbol, maxCodes, numeric } from './alphabet.js'
import { checkComposed } from './composed.js'
import { checkFilled } from './filled.js'
import { checkMasked } from './masked.js'
import { checkWorded } from './worded.js'
import { checkForbidden, checkRelation } from './relation.js'

/** Checks the columns' names, alphabets and references. Returns the column index of each node. */
export function checkColumns(artifact: ModelArtifact, file: ModelFile): number[] {
  const { columns } = artifact
  const byName = new Map<string, ArtifactColumn>()
  columns.forEach((column, index) => {
    if (byName.has(column.name))
      file.invalid(`columns[${index}].name`, 'two columns have the same name', column.name, 'another name')
    byName.set(column.name, column)
  })
  if (columns.every((column) => column.hidden))
    file.invalid('columns', 'every column is hidden', 'no visible column', 'at least one')
  columns.forEach((column, index) => checkColumn(column, `columns[${index}]`, byName, file))
  checkTemplateCycles(columns, byName, file)
  checkForbidden(artifact.forbid ?? [], byName, file)
  return nodesOfColumns(artifact, file)
}

function nodesOfColumns({ columns, circuit }: ModelArtifact, file: ModelFile): number[] {
  const nodes = circuit?.parent.length ?? 0
  const columnOfNode = new Array<number>(nodes).fill(-1)
  columns.forEach(({ source }, index) => {
    if (source.from !== 'circuit') return
    const path = `columns[${index}].source.node`
    const { node } = source
    if (node >= nodes) file.invalid(path, 'unknown node', node, `one of the circuit's ${nodes} nodes`)
    const other = columnOfNode[node]
    if (other >= 0) file.invalid(path, `node ${node} already belongs to columns[${other}]`, node, 'another node')
    columnOfNode[node] = index
  })
  const bare = columnOfNode.indexOf(-1)
  if (bare >= 0) file.invalid(`circuit.parent[${bare}]`, 'a node without a column', bare, 'one column per node')
  if (circuit !== null && nodes === 0) file.invalid('circuit.parent', 'a circuit without nodes', [], 'null, or nodes')
  return columnOfNode
}

const fits: Partial<Record<ColumnOrigin['from'], readonly FieldType['kind'][]>> = {
  composed: ['timestamp'],
  relation: numeric,
  sequence: numeric,
  pool: ['string'],
  template: ['string'],
  pattern: ['string'],
  uuid: ['uuid', 'string'],
  event_time: ['timestamp'],
  clock: ['timestamp'],
  cycle: numeric.filter((kind) => kind !== 'double'),
  regex: ['string'],
  items: ['list'],
  filled: ['string'],
  worded: ['string'],
}
const canMiss: readonly ColumnOrigin['from'][] = [
  ...(['pool', 'template', 'pattern', 'uuid', 'event_time', 'cycle', 'list', 'regex'] as const),
]

function checkColumn(
  column: ArtifactColumn,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const { source, type } = column
  const types = fits[source.from]
  if (types && !types.includes(type.kind))
    file.invalid(`${path}.type.kind`, `not a type of a ${source.from} column`, type.kind, types.join(' or '))
  if ((type.kind === 'date' || type.kind === 'time' || type.kind === 'timestamp') && type.spelling !== undefined) {
    const wrong = wrongSpelling(type.spelling, type.kind)
    if (wrong !== null)
      file.invalid(`${path}.type.spelling`, wrong, type.spelling.pattern, `the spelling of a ${type.kind}`)
  }
  if (column.missing) {
    if (!canMiss.includes(source.from))
      file.invalid(`${path}.missing`, `not for a ${source.from} column`, column.missing, 'nothing')
    if (!column.nullable)
      file.invalid(`${path}.missing`, 'the column is not nullable', column.missing, 'nothing, or "nullable": true')
  }
  switch (source.from) {
    case 'circuit':
      return checkAlphabet(column, source, `${path}.source`, file)
    case 'dependency':
      return checkDependency(column, source, `${path}.source`, byName, file)
    case 'composed':
      return checkComposed(column, source, `${path}.source`, byName, file)
    case 'masked':
      return checkMasked(column, source, `${path}.source`, byName, file)
    case 'relation':
      return checkRelation(column, source, `${path}.source`, byName, file)
    case 'pool':
      return 'values' in source ? checkPool(source, `${path}.source`, file) : undefined
    case 'template': {
      const parts = parseTemplate(source.template)
      if (typeof parts === 'string')
        file.invalid(
          `${path}.source.template`,
          parts,
          source.template,
          '{column}, {column|slug}, {column|initial}, {column|lower}',
        )
      for (const part of parts) {
        if (part.kind === 'column' && !byName.has(part.column))
          file.invalid(
            `${path}.source.template`,
            'unknown column',
            part.column,
            `one of ${[...byName.keys()].join(', ')}`,
          )
      }
      return
    }
    case 'pattern': {
      const pattern = parsePattern(source.pattern)
      if (typeof pattern === 'string')
        file.invalid(`${path}.source.pattern`, pattern, source.pattern, 'a character after each \\')
      return
    }
    case 'items': {
      const lengths = byName.get(source.length)
      const symbols = lengths?.source.from === 'circuit' ? lengths.source.alphabet : [undefined]
      const isLength = (symbol: unknown): boolean =>
        symbol === null
          ? column.nullable
          : Number.isInteger(symbol) && (symbol as number) >= 0 && (symbol as number) <= source.most
      if (!symbols.every(isLength))
        file.invalid(
          `${path}.source.length`,
          'not a length column',
          source.length,
          `a circuit column of numbers up to ${source.most}`,
        )
      return
    }
    case 'formula':
      return checkFormula(column.name, source.formula, `${path}.source.formula`, byName, file)
    case 'cycle':
      return checkCycle(source, `${path}.source`, file)
    case 'list':
      return checkList(column, source.values, `${path}.source.values`, file)
    case 'filled':
      return checkFilled(column, source, `${path}.source`, byName, file)
    case 'worded':
      return checkWorded(column, source, `${path}.source`, byName, file)
    case 'regex': {
      const forms = readForms(source)
      if (typeof forms === 'string')
        file.invalid(`${path}.source.regex`, forms, source.regex, 'a supported regular expression')
      return
    }
    case 'sequence':
    case 'uuid':
    case 'event_time':
    case 'clock':
  }
}

function checkPool({ values, weights }: { values: string[]; weights?: number[] }, path: string, file: ModelFile): void {
  if (values.length === 0 || values.length >= maxCodes)
    file.invalid(`${path}.values`, 'a pool of the wrong size', `${values.length} values`, `1 to ${maxCodes - 1}`)
  if (weights === undefined) return
  if (weights.length !== values.length)
    file.invalid(`${path}.weights`, 'not one weight per value', `${weights.length} weights`, `${values.length}`)
  if (!weights.some((weight) => weight > 0))
    file.invalid(`${path}.weights`, 'no weight is above 0', weights, 'at least one')
}

function checkFormula(
  name: string,
  formula: Formula,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
  way: readonly string[] = [],
): void {
  for (const needed of columnsIn(formula)) {
    const column = byName.get(needed)
    if (column === undefined) file.invalid(path, 'unknown column', needed, `one of ${[...byName.keys()].join(', ')}`)
    if (needed === name || way.includes(needed))
      file.invalid(path, 'a cyclic formula', [...way, needed].join(' → '), 'columns that do not depend on it')
    if (column.source.from === 'formula')
      checkFormula(name, column.source.formula, path, byName, file, [...way, needed])
  }
}

function checkCycle(source: Extract<ColumnOrigin, { from: 'cycle' }>, path: string, file: ModelFile): void {
  const { start, step, restart, initial = start } = source
  const wrong = (['start', 'step', 'restart', 'initial'] as const).find(
    (key) => source[key] !== undefined && !Number.isSafeInteger(source[key]),
  )
  if (wrong !== undefined)
    file.invalid(`${path}.${wrong}`, 'not an integer', source[wrong], 'an integer, in the held form')
  if (step === 0) file.invalid(`${path}.step`, 'a step of 0', step, 'a number other than 0')
  if (restart !== undefined && Math.sign(restart - start) !== Math.sign(step))
    file.invalid(
      `${path}.restart`,
      'the step never reaches it',
      restart,
      `a number ${step > 0 ? 'above' : 'below'} ${start}`,
    )
  if (restart !== undefined && Math.abs(restart - start) > Number.MAX_SAFE_INTEGER)
    file.invalid(`${path}.restart`, 'too far from the start', restart, 'less than 2^53 from it')
  const way = (initial - start) * Math.sign(step)
  if (restart !== undefined && (way < 0 || way >= Math.abs(restart - start)))
    file.invalid(`${path}.initial`, 'outside the cycle', initial, `a number from ${start} to ${restart} (exclusive)`)
}

function checkList(column: ArtifactColumn, values: unknown[], path: string, file: ModelFile): void {
  if (values.length === 0 || values.length >= maxCodes)
    file.invalid(path, 'a list of the wrong size', `${values.length} values`, `1 to ${maxCodes - 1}`)
  values.forEach((value, index) =>
    checkSymbol(value as Symbol, { ...column, nullable: false }, `${path}[${index}]`, file),
  )
}

function checkDependency(
  column: ArtifactColumn,
  source: Extract<ColumnOrigin, { from: 'dependency' }>,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const decider = byName.get(source.column)
  if (decider?.source.from !== 'circuit')
    file.invalid(`${path}.column`, 'not a circuit column', source.column, 'the name of a circuit column')
  const codes = decider.source.alphabet.length
  if (source.values.length !== codes)
    file.invalid(`${path}.values`, 'not a value per code', `${source.values.length} values`, `${codes}`)
  source.values.forEach((value, code) => checkSymbol(value, column, `${path}.values[${code}]`, file))
}

function checkTemplateCycles(
  columns: readonly ArtifactColumn[],
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const done = new Set<ArtifactColumn>()
  const open: ArtifactColumn[] = []
  const visit = (column: ArtifactColumn): void => {
    if (done.has(column) || column.source.from !== 'template') return
    if (open.includes(column)) {
      const path = `columns[${columns.indexOf(column)}].source.template`
      const round = [...open.slice(open.indexOf(column)), column].map(({ name }) => name)
      file.invalid(path, 'templates that depend on each other', round, 'templates without a cycle')
    }
    open.push(column)
    for (const part of parseTemplate(column.source.template)) {
      const needed = typeof part === 'object' && part.kind === 'column' && byName.get(part.column)
      if (needed) visit(needed)
    }
    open.pop()
    done.add(column)
  }
  columns.forEach(visit)
}
