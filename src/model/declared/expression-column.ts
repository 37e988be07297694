/** Declared columns computed by an expression: the type of its value, and whether it can be missing. */
import type { FieldType } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import { readExpression } from '../expression/expression.js'
import { columnsIn, exactly, type Formula } from '../expression/formula.js'
import { isScale, type DeclaredColumn } from './declared-column.js'
import type { ModelDraft } from './draft.js'

const string: FieldType = { kind: 'string' }
const learned: readonly ColumnOrigin['from'][] = ['circuit', 'dependency', 'composed', 'masked', 'relation']

/** Adds a column computed by an expression; as a relation if its columns are drawn numbers. */
export function addExpression(column: DeclaredColumn, text: unknown): void {
  if (typeof text !== 'string' || text === '') return column.report('expression', 'an expression such as price * count')
  const place = column.declaration.place([...column.declared.path, 'expression'])
  const { formula, type } = readExpression(text, { columns: column.draft.types(), place })
  if (type === 'null') return column.report('expression', 'an expression with a value')
  const named = columnsIn(formula).map((name) => column.draft.column(name)!)
  const isNullable = named.some(({ nullable }) => nullable) || canBeMissing(formula)
  if (column.target.missing !== null)
    return column.report('missing', 'cond ? null : value in the expression', 'not for an expression')
  const target = { ...column.target, missing: isNullable ? 0 : null }
  const fieldType = typeOfExpression(column, formula, type)
  if (fieldType === null) return
  const isLearned = named.every(({ source, type: { kind } }) => learned.includes(source.from) && isNumeric(kind))
  // Conditions can use numbers computed from drawn ones.
  const origin: ColumnOrigin =
    isLearned && named.length > 0 && isNumeric(fieldType.kind) && !divides(formula)
      ? { from: 'relation', formula }
      : { from: 'formula', formula }
  column.draft.addGenerated(target, fieldType, origin)
}

function typeOfExpression(column: DeclaredColumn, formula: Formula, type: string): FieldType | null {
  const { kind, scale } = column.settings
  if (type === 'text') return string
  if (type === 'boolean') return { kind: 'boolean' }
  if (type === 'time') return { kind: isDate(formula, column.draft) ? 'date' : 'timestamp' }
  if (type === 'duration') return { kind: 'integer' }
  if (kind !== undefined && kind !== 'integer' && kind !== 'decimal' && kind !== 'real') {
    column.report('kind', 'integer, decimal or real')
    return null
  }
  if (scale !== undefined && !isScale(scale)) {
    column.report('scale', 'an integer from 0 to 9')
    return null
  }
  const places = kind === 'integer' ? 0 : (scale ?? scaleOf(formula, column.draft))
  if (kind === 'real' || places === null || places > 9) return { kind: 'double' }
  return places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places }
}

function isNumeric(kind: FieldType['kind']): boolean {
  return kind !== 'string' && kind !== 'uuid' && kind !== 'boolean'
}

function partsOf(formula: Formula): readonly Formula[] {
  return typeof formula === 'object' && formula !== null && 'op' in formula ? formula.of : []
}

function divides(formula: Formula): boolean {
  const isDivision =
    typeof formula === 'object' && formula !== null && 'op' in formula && (formula.op === '/' || formula.op === '%')
  return isDivision || partsOf(formula).some(divides)
}

/** Whether its value can be missing even if none of its columns is: null, and divisions, whose divisor may be 0. */
function canBeMissing(formula: Formula): boolean {
  return formula === null || divides(formula) || partsOf(formula).some(canBeMissing)
}

function isDate(formula: Formula, draft: ModelDraft): boolean {
  if (formula === null) return true
  if (typeof formula !== 'object') return false
  if ('column' in formula) return draft.column(formula.column)?.type.kind === 'date'
  if (!('op' in formula)) return false
  if (formula.op === 'date') return true
  return formula.op === 'if' && formula.of.slice(1).every((part) => isDate(part, draft))
}

/** The decimal places of an expression's numbers; null: any number of places. */
function scaleOf(formula: Formula, draft: ModelDraft): number | null {
  if (formula === null) return 0
  if (typeof formula === 'number') return exactly(formula).scale
  if ('text' in formula) return null
  if ('column' in formula) {
    const type = draft.column(formula.column)?.type
    return type?.kind === 'decimal' ? type.scale : type?.kind === 'double' ? null : 0
  }
  const { op, of } = formula
  const scales = (op === 'if' ? of.slice(1) : of).map((part) => scaleOf(part, draft))
  switch (op) {
    case '/':
      return null
    case '*':
      return scales.includes(null) ? null : scales.reduce<number>((sum, scale) => sum + (scale ?? 0), 0)
    case 'round':
      return typeof of[1] === 'number' ? of[1] : 0
    case '+':
    case '-':
    case '%':
    case 'min':
    case 'max':
    case 'abs':
    case 'if':
      return scales.includes(null) ? null : Math.max(...scales.map((scale) => scale ?? 0))
    default:
      return 0
  }
}
