/** The steps that write one column as one Avro type, union or not. */
import type avro from 'avsc'
import type { Field } from '../../record.js'
import { writeLong } from '../binary.js'
import type { EncodeStep } from '../step.js'
import { constant } from '../step.js'
import type { Conversion } from './conversion.js'
import { conversion } from './conversion.js'
import { describeValue } from '../describe-field.js'
import { knownBounds } from '../known-bounds.js'
import { listed } from '../listed.js'
import { describeType } from './describe.js'
import { branchesOf } from './leaves.js'

/** Why a column does not fit a type. */
export interface TypeMisfit {
  readonly what: string
  readonly found?: string
  readonly expected: string
}

interface Branch {
  /** The branch index as Avro writes it; empty if the type is not a union. */
  readonly prefix: Buffer
  readonly conversion: Conversion
  readonly type: avro.Type
}

const none = Buffer.alloc(0)

/** A union branch index, as Avro writes it before the value. */
export function branchIndex(index: number): Buffer {
  const bytes = Buffer.alloc(10)
  return bytes.subarray(0, writeLong(bytes, 0, index, 1))
}

export function columnSteps(field: Field, column: number, type: avro.Type, place: string): EncodeStep[] | TypeMisfit {
  const branches = branchesOf(type)
  const isUnion = branches.length > 1 || branches[0] !== type
  const prefix = (index: number): Buffer => (isUnion ? branchIndex(index) : none)
  const nullAt = branches.findIndex((branch) => branch.typeName === 'null')
  const expected = describeType(type)
  if (field.nullable && nullAt < 0)
    return { what: 'a column with missing values needs a nullable type', expected: `${expected}, or ["null", …] of it` }
  const missing = field.nullable ? prefix(nullAt) : null
  const written = isTextOfJson(field, branches) ? { ...field, type: { kind: 'string' } as const } : field

  const candidates = branches
    .map((branch, index) => ({ type: branch, prefix: prefix(index), conversion: conversion(written, branch) }))
    .filter((branch): branch is Branch => branch.conversion !== null)
    .sort((a, b) => a.conversion.distance - b.conversion.distance)
  if (candidates.length === 0) return { what: 'the column cannot be converted', expected }

  if (field.vector === 'dictionary') return dictionarySteps(field, column, candidates, missing, expected)
  const drawable = candidates.filter(
    (branch) => branch.conversion[field.vector === 'text' ? 'text' : 'number'] !== null,
  )
  if (drawable.length === 0) {
    return { what: 'the column cannot be converted', found: 'free text instead of a known set of values', expected }
  }
  const fitting = drawable.find((branch) => misfits(field, branch).length === 0)
  if (fitting === undefined) {
    return { what: 'a value does not fit', found: listed(misfits(field, drawable[0])), expected }
  }
  return [drawnStep(field, column, fitting, missing, place)]
}

/** Whether values of any shape, not all of them texts, go into a type that only takes text: as the text of their JSON. */
function isTextOfJson({ type, dictionary = [] }: Field, branches: readonly avro.Type[]): boolean {
  const others = branches.filter(({ typeName }) => typeName !== 'null')
  const isText = (value: unknown): boolean => typeof value !== 'string' || value.startsWith('"')
  return type.kind === 'json' && others.length === 1 && others[0].typeName === 'string' && !dictionary.every(isText)
}

/** One branch for the whole column if one takes every value; otherwise, per value, the first that takes it. */
function dictionarySteps(
  field: Field,
  column: number,
  candidates: readonly Branch[],
  missing: Buffer | null,
  expected: string,
): EncodeStep[] | TypeMisfit {
  const values = field.dictionary ?? []
  const chosen = field.type.kind === 'json' ? field.type.branches : undefined
  const whole = chosen === undefined ? candidates.find((branch) => misfits(field, branch).length === 0) : undefined
  const usable = whole === undefined ? candidates : [whole]
  const present = candidates.filter(({ type }) => type.typeName !== 'null')
  const unfit: string[] = []
  const entries = values.map((value, code) => {
    if (value === undefined) return none
    if (value === null) return missing ?? none
    const own = chosen === undefined ? undefined : present[chosen[code]]
    for (const branch of own === undefined ? usable : [own, ...usable]) {
      const bytes = branch.conversion.render(value)
      if (bytes !== null) return Buffer.concat([branch.prefix, bytes])
    }
    unfit.push(describeValue(field.type, value))
    return none
  })
  if (unfit.length > 0) {
    return { what: 'a value does not fit', found: listed(unfit), expected }
  }
  return [{ step: 'dictionary', column, entries }]
}

/** The known values that a branch rejects, as text. */
function misfits(field: Field, { conversion: { render } }: Branch): string[] {
  const known = (field.dictionary ?? []).filter((value) => value !== undefined && value !== null)
  const bounds = field.vector === 'number' ? knownBounds(field) : null
  const ends = bounds === null || !bounds.every(Number.isFinite) ? [] : bounds
  return [...known, ...ends].filter((value) => render(value) === null).map((value) => describeValue(field.type, value))
}

function drawnStep(field: Field, column: number, branch: Branch, missing: Buffer | null, place: string): EncodeStep {
  const { prefix, conversion: way, type } = branch
  const wrapping = { before: prefix, after: none, missing }
  if (field.vector === 'text' || way.number === null) {
    return way.text === null ? constant(none) : { step: 'text', column, form: way.text, ...wrapping }
  }
  const known = field.dictionary
  if (known !== undefined && !known.includes(undefined) && way.number.as !== 'double' && way.number.as !== 'float') {
    // Every number is known: copy its bytes. (A double is faster to write than to copy.)
    const entries = known.map((value) => {
      const bytes = value === null || value === undefined ? missing : way.render(value)
      return value === null ? (missing ?? none) : Buffer.concat([prefix, bytes ?? none])
    })
    return { step: 'dictionary', column, entries }
  }
  return { step: 'number', column, form: way.number, entries: null, place, fits: describeType(type), ...wrapping }
}
