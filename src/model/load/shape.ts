import type { FieldType } from '../../record.js'
import type { ArtifactCircuit, ArtifactColumn, ModelArtifact, ColumnOrigin, TimeCurve } from '../artifact.js'
import { checkLaws } from '../generated/check-digits.js'
import { operands, roundings, type FormulaOperator } from '../expression/formula.js'
import { wrongCurve } from '../time/curve-clock.js'
import type { ModelFile } from './model-file.js'

type Json = Record<string, unknown>

/** Checks that a document has the shape of an artifact: every key is present and has the right type. Values are checked later. */
export function shapeOfArtifact(document: Json, file: ModelFile): ModelArtifact {
  const read = new Reader(file)
  read.text(document, 'name', 'name')
  const columns = read.list(document, 'columns', 'columns')
  if (columns.length === 0) file.invalid('columns', 'no columns', columns, 'at least one column')
  columns.forEach((column, index) => shapeOfColumn(column, `columns[${index}]`, read))
  if (document.forbid !== undefined)
    read
      .list(document, 'forbid', 'forbid')
      .forEach((formula, index) => shapeOfFormula(formula, `forbid[${index}]`, read))
  if (document.circuit !== null) shapeOfCircuit(read.object(document.circuit, 'circuit'), read)
  return document as unknown as ModelArtifact
}

function shapeOfCircuit(circuit: Json, read: Reader): asserts circuit is Json & ArtifactCircuit {
  read.whole(circuit, 'states', 'circuit.states', 1, 4096)
  if (circuit.numbers !== undefined && circuit.numbers !== 'short')
    read.file.invalid('circuit.numbers', 'wrong value', circuit.numbers, '"short", or no such key')
  read.list(circuit, 'parent', 'circuit.parent').forEach((parent, node) => {
    if (!Number.isInteger(parent))
      read.file.invalid(`circuit.parent[${node}]`, 'not a node', parent, 'the index of a node, or −1 for the root')
  })
  read.text(circuit, 'prior', 'circuit.prior')
  for (const key of ['transitions', 'emissions']) {
    read.list(circuit, key, `circuit.${key}`).forEach((table, node) => {
      if (typeof table !== 'string') read.file.invalid(`circuit.${key}[${node}]`, 'not a table', table, 'base64 text')
    })
  }
}

function shapeOfColumn(value: unknown, path: string, read: Reader): asserts value is ArtifactColumn {
  const column = read.object(value, path)
  read.text(column, 'name', `${path}.name`)
  if (column.name === '') read.file.invalid(`${path}.name`, 'an empty name', '', 'text')
  shapeOfType(read.object(column.type, `${path}.type`), `${path}.type`, read)
  if (typeof column.nullable !== 'boolean')
    read.file.invalid(`${path}.nullable`, 'not a boolean', column.nullable, 'true or false')
  if (column.hidden !== undefined && column.hidden !== true)
    read.file.invalid(`${path}.hidden`, 'wrong value', column.hidden, 'true, or no such key')
  if (column.path !== undefined)
    read.list(column, 'path', `${path}.path`).forEach((name, index) => {
      if (typeof name !== 'string') read.file.invalid(`${path}.path[${index}]`, 'not a name', name, 'text')
    })
  if (column.missing !== undefined) read.number(column, 'missing', `${path}.missing`, 0, 1)
  shapeOfSource(read.object(column.source, `${path}.source`), `${path}.source`, read)
}

/** Maximum number of items in a list. */
export const maxItems = 1000

const kinds = ['string', 'uuid', 'boolean', 'integer', 'decimal', 'double', 'date', 'timestamp', 'time', 'list', 'json']

function isFixable(scale: unknown): boolean {
  return Number(scale) >= 1 && Number(scale) <= 9
}

function shapeOfType(type: Json, path: string, read: Reader): asserts type is Json & FieldType {
  if (!kinds.some((kind) => kind === type.kind))
    read.file.invalid(`${path}.kind`, 'unknown type', type.kind, `one of ${kinds.join(', ')}`)
  if (type.kind === 'decimal') read.whole(type, 'scale', `${path}.scale`, 0, 15)
  if (type.fixed !== undefined && (type.fixed !== true || type.kind !== 'decimal' || !isFixable(type.scale)))
    read.file.invalid(`${path}.fixed`, 'wrong value', type.fixed, 'true for a decimal of scale 1 to 9, or no such key')
  if (type.size !== undefined) read.whole(type, 'size', `${path}.size`, 0, Number.MAX_SAFE_INTEGER)
  if (type.branches !== undefined)
    read.list(type, 'branches', `${path}.branches`).forEach((branch, index) => {
      if (!Number.isSafeInteger(branch) || (branch as number) < 0)
        read.file.invalid(`${path}.branches[${index}]`, 'not the number of a type', branch, 'an integer from 0')
    })
  if (type.kind === 'list' && !['values', 'records', 'map', 'record_map'].includes(type.of as string))
    read.file.invalid(`${path}.of`, 'unknown form of a list', type.of, 'values, records, map or record_map')
  if (type.local !== undefined && (type.local !== true || type.kind !== 'timestamp'))
    read.file.invalid(`${path}.local`, 'wrong value', type.local, 'true for a timestamp, or no such key')
  if (type.spelling === undefined) return
  const spelling = read.object(type.spelling, `${path}.spelling`)
  read.text(spelling, 'pattern', `${path}.spelling.pattern`)
  if (spelling.offsetMinutes !== undefined)
    read.number(spelling, 'offsetMinutes', `${path}.spelling.offsetMinutes`, -1440, 1440)
  for (const key of ['months', 'weekdays', 'halves']) {
    if (spelling[key] === undefined) continue
    read.texts(spelling, key, `${path}.spelling.${key}`)
  }
}

const shapes: Record<ColumnOrigin['from'], (source: Json, path: string, read: Reader) => void> = {
  circuit(source, path, read) {
    read.whole(source, 'node', `${path}.node`, 0, Number.MAX_SAFE_INTEGER)
    read.list(source, 'alphabet', `${path}.alphabet`)
    if (source.grain !== undefined) read.number(source, 'grain', `${path}.grain`, 0, Number.MAX_VALUE)
  },
  dependency(source, path, read) {
    read.text(source, 'column', `${path}.column`)
    read.list(source, 'values', `${path}.values`)
  },
  composed(source, path, read) {
    read.text(source, 'day', `${path}.day`)
    read.text(source, 'time', `${path}.time`)
  },
  masked(source, path, read) {
    read.text(source, 'value', `${path}.value`)
    read.text(source, 'by', `${path}.by`)
    read.list(source, 'values', `${path}.values`)
  },
  relation(source, path, read) {
    shapeOfFormula(source.formula, `${path}.formula`, read)
    if (source.rounding !== undefined && !roundings.some((rounding) => rounding === source.rounding))
      read.file.invalid(`${path}.rounding`, 'unknown rounding', source.rounding, `one of ${roundings.join(', ')}`)
    for (const key of ['rest', 'own']) if (source[key] !== undefined) read.text(source, key, `${path}.${key}`)
    if (source.by !== undefined && source.by !== 'ratio')
      read.file.invalid(`${path}.by`, 'wrong value', source.by, '"ratio", or no such key')
    if (source.above !== undefined) {
      if (source.by !== 'ratio') read.file.invalid(`${path}.above`, 'above requires a ratio', source.by, 'by: "ratio"')
      shapeOfFormula(source.above, `${path}.above`, read)
    }
    if (source.notSo !== undefined) read.number(source, 'notSo', `${path}.notSo`)
    if (source.grain !== undefined) read.number(source, 'grain', `${path}.grain`, 0, Number.MAX_VALUE)
    if (source.bounds !== undefined) {
      const bounds = read.list(source, 'bounds', `${path}.bounds`)
      read.number(bounds, 0, `${path}.bounds[0]`)
      read.number(bounds, 1, `${path}.bounds[1]`)
    }
    for (const key of ['atLeast', 'atMost']) {
      if (source[key] === undefined) continue
      read.list(source, key, `${path}.${key}`).forEach((name, index, names) => {
        if (typeof name !== 'string')
          read.file.invalid(`${path}.${key}[${index}]`, 'not a column name', names[index], 'text')
      })
    }
  },
  sequence(source, path, read) {
    read.number(source, 'start', `${path}.start`)
    read.number(source, 'step', `${path}.step`)
  },
  pool(source, path, read) {
    if ('provider' in source) {
      read.text(source, 'provider', `${path}.provider`)
      read.text(source, 'locale', `${path}.locale`)
      return
    }
    read.texts(source, 'values', `${path}.values`)
    if (source.weights === undefined) return
    const weights = read.list(source, 'weights', `${path}.weights`)
    weights.forEach((_, index) => read.number(weights, index, `${path}.weights[${index}]`, 0, Number.MAX_VALUE))
  },
  template: (source, path, read) => read.text(source, 'template', `${path}.template`),
  pattern(source, path, read) {
    read.text(source, 'pattern', `${path}.pattern`)
    shapeOfCheck(source, path, read)
  },
  uuid(source, path, read) {
    if (source.version !== 4 && source.version !== 7)
      read.file.invalid(`${path}.version`, 'unknown UUID version', source.version, '4 or 7')
  },
  event_time(source, path, read) {
    read.whole(source, 'start', `${path}.start`)
    if (source.curve === undefined) read.number(source, 'step', `${path}.step`)
    else shapeOfCurve(read.object(source.curve, `${path}.curve`), `${path}.curve`, read)
    read.whole(source, 'jitter', `${path}.jitter`, 0, Number.MAX_SAFE_INTEGER)
  },
  clock: () => undefined,
  cycle(source, path, read) {
    read.number(source, 'start', `${path}.start`)
    read.number(source, 'step', `${path}.step`)
    for (const key of ['restart', 'initial']) if (source[key] !== undefined) read.number(source, key, `${path}.${key}`)
  },
  formula: (source, path, read) => shapeOfFormula(source.formula, `${path}.formula`, read),
  items(source, path, read) {
    read.text(source, 'length', `${path}.length`)
    read.whole(source, 'most', `${path}.most`, 1, maxItems)
    read.object(source.item, `${path}.item`)
  },
  list: (source, path, read) => void read.list(source, 'values', `${path}.values`),
  filled(source, path, read) {
    read.text(source, 'form', `${path}.form`)
    shapeOfCheck(source, path, read)
  },
  worded(source, path, read) {
    read.text(source, 'form', `${path}.form`)
    const words = read.object(source.words, `${path}.words`)
    read.texts(words, 'words', `${path}.words.words`)
    const pairs = (owner: Json | unknown[], key: string | number, at: string): void => {
      const list = read.list(owner, key, at)
      if (list.length % 2 !== 0)
        read.file.invalid(at, 'not pairs of a word and its weight', list.length, 'an even number')
      list.forEach((_, index) => read.number(list, index, `${at}[${index}]`))
    }
    read.list(words, 'kinds', `${path}.words.kinds`)
    for (const key of ['alone', 'first']) pairs(words, key, `${path}.words.${key}`)
    for (const key of ['middle', 'last', 'next', 'end']) {
      const lists = read.list(words, key, `${path}.words.${key}`)
      lists.forEach((_, index) => pairs(lists, index, `${path}.words.${key}[${index}]`))
    }
    if (source.topics === undefined) return
    const topics = read.object(source.topics, `${path}.topics`)
    read.text(topics, 'column', `${path}.topics.column`)
    read.list(topics, 'values', `${path}.topics.values`)
    const shares = read.list(topics, 'shares', `${path}.topics.shares`)
    shares.forEach((_, index) => pairs(shares, index, `${path}.topics.shares[${index}]`))
  },
  regex(source, path, read) {
    read.text(source, 'regex', `${path}.regex`)
    shapeOfCheck(source, path, read)
    for (const key of ['minLength', 'maxLength'])
      if (source[key] !== undefined) read.whole(source, key, `${path}.${key}`, 0)
  },
}

function shapeOfCheck({ check }: Json, path: string, read: Reader): void {
  if (check !== undefined && !checkLaws.some((law) => law === check))
    read.file.invalid(`${path}.check`, 'unknown law of check digits', check, `one of ${checkLaws.join(', ')}`)
}

function shapeOfFormula(formula: unknown, path: string, read: Reader): void {
  if (formula === null || (typeof formula === 'number' && Number.isFinite(formula))) return
  const part = read.object(formula, path)
  if (part.column !== undefined) return read.text(part, 'column', `${path}.column`)
  if (part.text !== undefined) return read.text(part, 'text', `${path}.text`)
  const op = String(part.op)
  if (!Object.hasOwn(operands, op))
    read.file.invalid(`${path}.op`, 'unknown operator', part.op, `one of ${Object.keys(operands).join(', ')}`)
  const [min, max] = operands[op as FormulaOperator]
  const of = read.list(part, 'of', `${path}.of`)
  if (of.length < min || of.length > max) {
    const expected = min === max ? String(min) : `${min} or more`
    read.file.invalid(`${path}.of`, 'the wrong number of operands', of.length, expected)
  }
  of.forEach((operand, index) => shapeOfFormula(operand, `${path}.of[${index}]`, read))
}

function shapeOfCurve(curve: Json, path: string, read: Reader): asserts curve is Json & TimeCurve {
  if (typeof curve.repeats !== 'boolean')
    read.file.invalid(`${path}.repeats`, 'not a boolean', curve.repeats, 'true or false')
  read.list(curve, 'points', `${path}.points`).forEach((point, index, points) => {
    const at = `${path}.points[${index}]`
    if (!Array.isArray(point) || point.length !== 2) read.file.invalid(at, 'not a point', point, '[ms, per second]')
    const pair = point as unknown[]
    const before = index === 0 ? 0 : (points[index - 1] as number[])[0]
    read.number(pair, 0, `${at}[0]`, before, index === 0 ? 0 : maxMs)
    read.number(pair, 1, `${at}[1]`, 0, maxRate)
  })
  const wrong = wrongCurve(curve as unknown as TimeCurve)
  if (wrong !== null) read.file.invalid(path, wrong, curve.points, 'a curve that releases records forever')
}

const maxMs = Number.MAX_SAFE_INTEGER
const maxRate = Number.MAX_VALUE

function shapeOfSource(source: Json, path: string, read: Reader): asserts source is Json & ColumnOrigin {
  const from = source.from
  if (typeof from !== 'string' || !Object.hasOwn(shapes, from))
    read.file.invalid(`${path}.from`, 'unknown source', from, `one of ${Object.keys(shapes).join(', ')}`)
  shapes[from as ColumnOrigin['from']](source, path, read)
}

class Reader {
  constructor(readonly file: ModelFile) {}

  object(value: unknown, path: string): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.file.invalid(path, 'not an object', value, 'an object')
    return value as Json
  }

  list(owner: Json | unknown[], key: string | number, path: string): unknown[] {
    const value = (owner as Json)[key]
    if (!Array.isArray(value)) this.file.invalid(path, 'not a list', value, 'a list')
    return value as unknown[]
  }

  text(owner: Json, key: string, path: string): void {
    if (typeof owner[key] !== 'string') this.file.invalid(path, 'not text', owner[key], 'text')
  }

  texts(owner: Json, key: string, path: string): void {
    this.list(owner, key, path).forEach((value, index) => {
      if (typeof value !== 'string') this.file.invalid(`${path}[${index}]`, 'not text', value, 'text')
    })
  }

  number(owner: Json | unknown[], key: string | number, path: string, min = -Infinity, max = Infinity): void {
    const value = (owner as Json)[key]
    if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max)
      this.file.invalid(path, 'not a number in its range', value, `a number${range(min, max)}`)
  }

  whole(owner: Json, key: string, path: string, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): void {
    const value = owner[key]
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      this.file.invalid(path, 'not an integer in its range', value, `an integer${range(min, max)}`)
  }
}

function range(min: number, max: number): string {
  const bounded = max < Number.MAX_SAFE_INTEGER
  if (bounded) return ` from ${min} to ${max}`
  return min > Number.MIN_SAFE_INTEGER ? ` of at least ${min}` : ''
}
