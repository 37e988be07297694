import type { ArtifactColumn, ColumnOrigin } from '../artifact.js'
import type { ModelFile } from './model-file.js'

const maskable: readonly ColumnOrigin['from'][] = ['circuit', 'composed', 'dependency', 'relation']

/** Checks that the value column has the same type, and that the column that says when it is missing is a learned one of single values. */
export function checkMasked(
  column: ArtifactColumn,
  { value, by, values }: Extract<ColumnOrigin, { from: 'masked' }>,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const own = byName.get(value)
  if (
    own === undefined ||
    !maskable.includes(own.source.from) ||
    JSON.stringify(own.type) !== JSON.stringify(column.type)
  )
    file.invalid(`${path}.value`, 'not a learned column of the same type', value, 'the name of one')
  const source = byName.get(by)?.source
  const known = source?.from === 'circuit' ? source.alphabet : source?.from === 'dependency' ? source.values : undefined
  if (known === undefined || known.some((symbol) => Array.isArray(symbol)))
    file.invalid(`${path}.by`, 'not a learned column of single values', by, 'the name of one')
  values.forEach((one, index) => {
    if (!known.some((symbol) => symbol === one))
      file.invalid(`${path}.values[${index}]`, `not a value of ${by}`, one, 'a value of that column')
  })
  if (!column.nullable) file.invalid(`${path}.values`, 'the column is not nullable', values, '"nullable": true')
}
