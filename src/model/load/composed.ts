import type { FieldType } from '../../record.js'
import type { ArtifactColumn, ColumnOrigin } from '../artifact.js'
import { dayMs } from '../held.js'
import type { ModelFile } from './model-file.js'

interface PartRule {
  readonly kind: FieldType['kind']
  readonly low: number
  readonly high: number
}

/** The days that an ECMAScript Date can represent, and the milliseconds of a day. */
const dayPart: PartRule = { kind: 'date', low: -100_000_000, high: 99_999_999 }
const timePart: PartRule = { kind: 'integer', low: 0, high: dayMs - 1 }

/** Checks that the parts of a composed timestamp are learned columns of days and of times of day. */
export function checkComposed(
  column: ArtifactColumn,
  { day, time }: Extract<ColumnOrigin, { from: 'composed' }>,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  checkPart(column, byName.get(day), day, dayPart, `${path}.day`, file)
  checkPart(column, byName.get(time), time, timePart, `${path}.time`, file)
}

function checkPart(
  { nullable }: ArtifactColumn,
  part: ArtifactColumn | undefined,
  name: string,
  { kind, low, high }: PartRule,
  path: string,
  file: ModelFile,
): void {
  const values = part && learnedValues(part.source)
  if (part?.type.kind !== kind || values === undefined)
    file.invalid(path, 'not a part of a timestamp', name, `the name of a learned ${kind} column`)
  if (part.nullable && !nullable)
    file.invalid(path, 'a nullable part of a column that is not nullable', name, '"nullable": true on the column')
  const numbers = values.filter((value) => typeof value === 'number')
  const beyond = numbers.find((value) => value < low || value > high)
  if (beyond !== undefined) file.invalid(path, `${name} is out of range`, beyond, `integers from ${low} to ${high}`)
  if (numbers.length === 0) file.invalid(path, `${name} is always missing`, name, 'a column with values')
}

function learnedValues(source: ColumnOrigin): readonly unknown[] | undefined {
  if (source.from === 'circuit') return source.alphabet.flat()
  return source.from === 'dependency' ? source.values : undefined
}
