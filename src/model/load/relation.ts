import type { ArtifactColumn } from '../artifact.js'
import { columnsIn, type Formula } from '../expression/formula.js'
import { namesInRelation } from '../relations/range.js'
import type { RelationOrigin } from '../relations/relation.js'
import type { ModelFile } from './model-file.js'

const learned = ['circuit', 'dependency', 'composed', 'masked', 'relation']
const numeric = ['integer', 'decimal', 'double', 'date', 'timestamp', 'time']

/** Checks that forbidden conditions only use learned columns. */
export function checkForbidden(
  forbid: readonly Formula[],
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  forbid.forEach((formula, index) => {
    for (const name of columnsIn(formula)) {
      const from = byName.get(name)?.source.from
      if (from === undefined || !learned.includes(from))
        file.invalid(`forbid[${index}]`, 'a column that is not learned', name, 'the name of a learned column')
    }
  })
}

/** Checks that a relation reads existing numeric columns without a cycle, and that its rest and own values are hidden learned columns. */
export function checkRelation(
  column: ArtifactColumn,
  source: RelationOrigin,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const inFormula = new Set([...columnsIn(source.formula), ...columnsIn(source.above ?? null)])
  for (const name of namesInRelation(source)) {
    const named = byName.get(name)
    if (named === undefined || (!inFormula.has(name) && !numeric.includes(named.type.kind)))
      file.invalid(path, 'not a column of numbers', name, 'the name of a column of numbers, dates or times')
    if (!learned.includes(named.source.from))
      file.invalid(path, 'a column that is not learned', name, 'the name of a learned column')
    checkCircle(column.name, named, [column.name], path, byName, file)
  }
  for (const key of ['rest', 'own'] as const) {
    const name = source[key]
    const from = name === undefined ? 'circuit' : byName.get(name)?.source.from
    if (from !== 'circuit' && from !== 'dependency')
      file.invalid(`${path}.${key}`, 'not a learned column', name, 'the name of a circuit column')
  }
  const { notSo, rest, own, bounds } = source
  if (notSo !== undefined) {
    if (rest === undefined || own === undefined)
      file.invalid(`${path}.notSo`, 'notSo needs a rest and own values', notSo, 'rest and own')
  }
  if (bounds !== undefined && !(bounds[0] <= bounds[1]))
    file.invalid(`${path}.bounds`, 'the lower bound is above the upper one', bounds, '[low, high]')
}

function checkCircle(
  start: string,
  column: ArtifactColumn,
  way: readonly string[],
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  if (column.name === start || way.includes(column.name))
    file.invalid(path, 'a cyclic relation', [...way, column.name].join(' → '), 'columns that do not depend on it')
  if (column.source.from !== 'relation') return
  for (const name of namesInRelation(column.source)) {
    const next = byName.get(name)
    if (next !== undefined) checkCircle(start, next, [...way, column.name], path, byName, file)
  }
}
