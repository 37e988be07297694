import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'
import type { ArtifactColumn } from '../artifact.js'
import { writeModel } from '../artifact-write.js'
import type { Model } from '../model.js'
import { openGenerator } from '../open.js'
import { toRows } from '../rows.js'
import { addByProperties, checkNames, missingShare } from './arg-properties.js'
import { maxItems } from '../load/shape.js'
import { argProperties, plainScalar, type Json, type RecordShape, type Scalar, type SchemaShape } from './avro-shape.js'
import { addByName, type Surroundings } from './by-name.js'
import type { SchemaSource } from './schema-source.js'
import { ModelDraft, evenly, type Target } from './draft.js'
import { heldOption, isDecimal, typeOf } from './scalar-type.js'

/** Default share of records in which a nullable field is missing. */
const defaultMissing = 0.1

/**
 * A model of a record schema. A field's values come from its `arg.properties`, or else are inferred from its name and type. `read` parses
 * an artifact. Throws SCHEMA_INVALID.
 */
export function modelOfShape(shape: SchemaShape, source: SchemaSource, read: (text: string) => Model): Model {
  if (shape.kind !== 'record')
    source.invalid('', 'the schema is not a record', { found: shape.kind, expected: '"type": "record"' })
  const draft = new ModelDraft()
  new Fields(draft, source, read).record(shape, [])
  const artifact = draft.artifact(shape.name)
  if (artifact.columns.length === 0) source.invalid('', 'a record without fields', { expected: 'at least one field' })
  try {
    return read(writeModel(artifact))
  } catch (cause) {
    if (!(cause instanceof GenesisError)) throw cause
    throw new GenesisError('INTERNAL', `${source.place}: the model of the schema: ${cause.message}`, { cause })
  }
}

type ListShape = Extract<SchemaShape, { kind: 'array' | 'map' }>

class Fields {
  constructor(
    readonly draft: ModelDraft,
    readonly source: SchemaSource,
    readonly read: (text: string) => Model,
  ) {}

  /** `above`: the field names that lead to the record. */
  record(record: RecordShape, above: readonly string[]): void {
    const { properties, path, fields } = record
    if (properties !== null) {
      checkNames(properties, ['options'], 'a record', path === '' ? 'the record' : path, this.source)
      if (properties.options !== undefined) return this.#wholes(record, properties.options, above)
    }
    const around: Surroundings = {
      above,
      record: record.name.slice(record.name.lastIndexOf('.') + 1),
      texts: fields.filter(({ shape }) => shape.kind === 'string' && shape.properties === null).map(({ name }) => name),
    }
    for (const { name, shape } of fields) {
      if (name === '') this.source.invalid(shape.path, 'a field with an empty name', { expected: 'a name' })
      this.#field(name, shape, around)
    }
  }

  #field(name: string, shape: SchemaShape, around: Surroundings): void {
    const { inner, missing, branches } = this.#present(shape)
    // Always null, or a nullable record nested in itself, which is left null.
    if (inner === null) return
    const target = targetAt([...around.above, name], missing)
    if (branches.length > 1) return this.#union(shape, name, target)
    if (inner.kind === 'record') {
      if (missing !== null && inner.properties?.missing !== undefined)
        this.source.invalid(`${inner.path}: ${argProperties}.missing`, 'a record cannot be missing', {
          found: missing,
          expected: 'missing on the fields of the record',
        })
      return this.record(inner, [...around.above, name])
    }
    if (inner.kind === 'array' || inner.kind === 'map') return this.#list(inner, target)
    const scalar = this.#scalar(inner)
    if (addByProperties(this.draft, target, scalar, this.source)) return
    if (isPlainFixed(scalar)) {
      const bytes = { ...scalar, kind: 'string', properties: { length: scalar.size } } as const
      addByProperties(this.draft, target, bytes, this.source, { kind: 'string', size: scalar.size })
      return
    }
    if (scalar.bounds !== undefined) return this.#bounded(target, name, scalar, around)
    addByName(this.draft, target, scalar.nameHint ?? name, scalar, around)
  }

  /** A number with one bound: the values its name suggests if they are within, else a range next to the bound. */
  #bounded(target: Target, name: string, scalar: Scalar, around: Surroundings): void {
    const { low, high } = scalar.bounds ?? {}
    const sketch = new ModelDraft()
    addByName(sketch, target, name, scalar, around)
    const column = sketch.column(target.name)
    const isIn = (value: number): boolean => value >= (low ?? -Infinity) && value <= (high ?? Infinity)
    if (column !== undefined && extentOf(column).every(isIn)) return addByName(this.draft, target, name, scalar, around)
    const range = { min: low ?? high! - oneSidedWidth, max: high ?? low! + oneSidedWidth }
    addByProperties(this.draft, target, { ...scalar, properties: { range } }, this.source)
  }

  /** A field's shape without null, its share of missing values, and a union's types. `inner` null: the field is always null. */
  #present(shape: SchemaShape): {
    inner: SchemaShape | null
    missing: number | null
    branches: readonly SchemaShape[]
  } {
    const none = { inner: null, missing: null, branches: [] }
    if (shape.kind === 'null') return none
    if (shape.kind !== 'union') {
      missingShare(shape.properties, false, shape.path, this.source)
      return { ...none, inner: shape }
    }
    const branches = shape.branches.filter(({ kind }) => kind !== 'null' && kind !== 'recursion')
    const [inner] = branches
    if (inner === undefined) {
      const recursion = shape.branches.find(({ kind }) => kind === 'recursion')
      const hasNull = shape.branches.some(({ kind }) => kind === 'null')
      return { ...none, inner: recursion === undefined || hasNull ? null : recursion }
    }
    const isNullable = shape.branches.length > branches.length
    const own = branches.length > 1 ? shape.properties : (shape.properties ?? inner.properties)
    const share = missingShare(own, isNullable, shape.path, this.source)
    if (branches.length > 1 && own !== null) checkNames(own, [], 'a union of several types', shape.path, this.source)
    const missing = isNullable ? (share ?? defaultMissing) : null
    return { inner: { ...inner, properties: own }, missing, branches }
  }

  /** One of several types, equally likely: values of each, generated beforehand, or its options. */
  #union(shape: SchemaShape, name: string, target: Target): void {
    const values = new Map<string, { branch: number; weight: number }>()
    const branches = shape.kind === 'union' ? shape.branches.filter(({ kind }) => kind !== 'null') : []
    branches.forEach((each, branch) => {
      const texts = each.kind === 'recursion' ? [] : this.#valuesOf(each, name)
      for (const text of texts) {
        const known = values.get(text)
        // Values that are written alike belong to the first type that has them.
        if (known === undefined) values.set(text, { branch, weight: 1 / texts.length })
        else known.weight += 1 / texts.length
      }
    })
    const each = [...values.values()]
    const type = { kind: 'json', branches: each.map(({ branch }) => branch) } as const
    this.draft.addDrawn(target, type, { symbols: [...values.keys()], weights: each.map(({ weight }) => weight) })
  }

  /** Values of a type as JSON: its options, or some generated ones. */
  #valuesOf(shape: SchemaShape, name: string): string[] {
    const draft = new ModelDraft()
    const fields = new Fields(draft, this.source, this.read)
    if (shape.kind === 'record') fields.record(shape, [])
    else fields.#field(name, shape, { above: [], record: '', texts: [] })
    const options = shape.properties?.options
    if (Array.isArray(options)) return options.map((option) => JSON.stringify(option))
    const model = this.read(writeModel(draft.artifact(name)))
    const rows = toRows(openGenerator(model, { capacity: valuesOfType }).generate(valuesOfType))
    return rows.map((row) => JSON.stringify(shape.kind === 'record' ? row : row[name]))
  }

  /** A column of lists: a hidden column holds their lengths, and their items are records of a model of their own. */
  #list(shape: ListShape, target: Target): void {
    const { kind, path, items } = shape
    const properties = shape.properties ?? {}
    checkNames(
      properties,
      kind === 'map' ? ['options', 'length', 'keys'] : ['options', 'length'],
      kind,
      path,
      this.source,
    )
    if (properties.options !== undefined) return this.#listOptions(shape, properties, target)
    // A list of the record it is in stays empty, which ends the recursion.
    if (this.#isRecursion(items))
      return this.draft.addDrawn(target, { kind: 'json' }, evenly([kind === 'array' ? '[]' : '{}']))
    const { min, max } = listLength(properties, path, this.source)
    const draft = new ModelDraft()
    const fields = new Fields(draft, this.source, this.read)
    // Items are named in the singular, from which their values are inferred.
    const single = (target.path?.at(-1) ?? target.name).replace(/(?<=..)s$/, '')
    if (items.kind === 'record') fields.record(items, [])
    else fields.#field(single, items, { above: [], record: '', texts: [] })
    const count = kind === 'map' ? this.#keys(draft, properties.keys, max, path) : max
    const lengths = Array.from(
      { length: Math.min(max, count) - Math.min(min, count) + 1 },
      (_, index) => Math.min(min, count) + index,
    )
    const length = `${target.name}#length`
    this.draft.addDrawn({ name: length, missing: target.missing, hidden: true }, { kind: 'integer' }, evenly(lengths))
    const isRecord = items.kind === 'record'
    const of = kind === 'map' ? (isRecord ? 'record_map' : 'map') : isRecord ? 'records' : 'values'
    const item = draft.artifact(single)
    if (item.columns.every(({ hidden }) => hidden))
      this.source.invalid(path, 'a list of nulls', { found: 'items without a value' })
    const maxLength = Math.max(1, ...lengths)
    this.draft.addGenerated(
      { ...target, missing: target.missing === null ? null : 0 },
      { kind: 'list', of, items: [] },
      { from: 'items', length, most: maxLength, item },
    )
  }

  #isRecursion(shape: SchemaShape): boolean {
    if (shape.kind !== 'union') return shape.kind === 'recursion'
    return shape.branches.some(({ kind }) => kind === 'recursion') && this.#present(shape).inner === null
  }

  /** Adds a map's keys as the last column of its items. Returns the number of distinct keys. */
  #keys(draft: ModelDraft, keys: unknown, maxCount: number, path: string): number {
    const at = `${path}: ${argProperties}.keys`
    if (keys !== undefined && !isObject(keys))
      this.source.invalid(at, 'not an object', { found: keys, expected: 'such as {"options": ["a", "b"]}' })
    const target: Target = { name: '#key', missing: null }
    const options = keys?.options
    // In turn, so that the keys of one map differ.
    if (options !== undefined || keys === undefined) {
      const known = options ?? Array.from({ length: maxCount }, (_, index) => `key_${index + 1}`)
      if (!Array.isArray(known) || known.length === 0 || known.some((key) => typeof key !== 'string'))
        this.source.invalid(`${at}.options`, 'not a list of texts', {
          found: options,
          expected: 'a list with at least one text',
        })
      const values = [...new Set(known as string[])]
      draft.addGenerated(target, { kind: 'string' }, { from: 'list', values })
      return values.length
    }
    const scalar: Scalar = { kind: 'string', ...plainScalar, path, properties: keys }
    if (!addByProperties(draft, target, scalar, this.source))
      this.source.invalid(at, 'keys without a property', {
        expected: 'options, regex, length, prefix, suffix or iteration',
      })
    return maxCount
  }

  /** Draws one of the given lists, whose values can have any shape. */
  #listOptions({ kind, path }: ListShape, { options, length, keys }: Json, target: Target): void {
    const at = `${path}: ${argProperties}.options`
    if (length !== undefined || keys !== undefined)
      this.source.invalid(at, 'options exclude the other properties', { found: 'both', expected: 'one of them' })
    const isGood = (option: unknown): boolean => (kind === 'array' ? Array.isArray(option) : isObject(option))
    if (!Array.isArray(options) || options.length === 0 || !options.every(isGood))
      this.source.invalid(at, `not a list of ${kind}s`, {
        found: options,
        expected: kind === 'array' ? 'a list of lists' : 'a list of objects',
      })
    this.draft.addDrawn(target, { kind: 'json' }, evenly(options.map((option) => JSON.stringify(option))))
  }

  #scalar(shape: SchemaShape): Scalar {
    switch (shape.kind) {
      case 'recursion':
        return this.source.invalid(shape.path, 'a record nested in itself without end', {
          found: shape.name,
          expected: 'a recursion that ends: in a union with null, an array or a map',
        })
      case 'array':
      case 'map':
      case 'union':
      case 'record':
        return this.source.invalid(shape.path, 'not a scalar field', { found: shape.kind })
      default:
    }
    const type = typeOf(shape)
    if (type.kind === 'decimal' && type.scale > 15)
      this.source.invalid(shape.path, 'a decimal with too many places', {
        found: `scale ${type.scale}`,
        expected: 'at most 15',
      })
    return shape
  }

  /** Draws one of the given records: a hidden column chooses it and determines the others. */
  #wholes(record: RecordShape, options: unknown, above: readonly string[]): void {
    const at = `${record.path === '' ? 'the record' : record.path}: ${argProperties}.options`
    if (!Array.isArray(options) || options.length === 0)
      this.source.invalid(at, 'not a list of records', { found: options, expected: 'a list of objects' })
    options.forEach((option: unknown, index) => {
      if (!isObject(option))
        this.source.invalid(`${at}[${index}]`, 'not a record', { found: option, expected: 'an object' })
    })
    const wholes = options as Readonly<Record<string, unknown>>[]
    const decider = [...above, '#option'].join('.')
    const codes = evenly(wholes.map((_, index) => index))
    this.draft.addDrawn({ name: decider, missing: null, hidden: true }, { kind: 'integer' }, codes)
    for (const { name, shape } of record.fields) {
      const { inner, missing } = this.#present(shape)
      if (inner === null) continue
      const scalar = this.#scalar(inner)
      const values = wholes.map((whole, index) => {
        const value = whole[name] ?? null
        if (value === null && missing !== null) return null
        return heldOption(value, scalar, `${at}[${index}].${name}`, this.source)
      })
      this.draft.addGenerated(targetAt([...above, name], missing), typeOf(scalar), {
        from: 'dependency',
        column: decider,
        values,
      })
    }
  }
}

/** Values that a type of a union has, unless it has options. */
const valuesOfType = 256

/** Whether it is bytes without a meaning. */
function isPlainFixed(shape: Scalar): boolean {
  return shape.kind === 'fixed' && !isDecimal(shape) && !(shape.logical === 'uuid' && shape.size === 16)
}

/** The width of the range of a number with only one bound. */
const oneSidedWidth = 1_000_000

/** The bounds of a column's numbers. */
function extentOf({ type, source }: ArtifactColumn): number[] {
  const unit = type.kind === 'decimal' ? 10 ** type.scale : 1
  if (source.from === 'cycle') return [source.start, source.restart ?? source.start].map((held) => held / unit)
  if (source.from !== 'circuit') return [NaN]
  return source.alphabet
    .flat()
    .map((held) => (held === null ? [] : Number(held) / unit))
    .flat()
}

/** A column of a nested record is named by its path. */
function targetAt(path: readonly string[], missing: number | null): Target {
  return { name: path.join('.'), missing, ...(path.length > 1 && { path }) }
}

/** Default number of items in a list, both inclusive. */
const defaultLength = { min: 1, max: 5 } as const

function listLength({ length }: Json, path: string, source: SchemaSource): { min: number; max: number } {
  const at = `${path}: ${argProperties}.length`
  const isCount = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxItems
  if (length === undefined) return defaultLength
  if (isCount(length)) return { min: length, max: length }
  const { min = 0, max, ...others } = isObject(length) ? length : { wrong: length }
  if (Object.keys(others).length > 0 || !isCount(min) || (max !== undefined && (!isCount(max) || max <= min)))
    return source.invalid(at, 'not a length', {
      found: length,
      expected: `an integer up to ${maxItems}, or min (inclusive) and max (exclusive)`,
    })
  return { min, max: max === undefined ? Math.min(maxItems, min + defaultLength.max) : max - 1 }
}
