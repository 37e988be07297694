import type { ArtifactColumn, ColumnOrigin } from '../artifact.js'
import { readForms } from '../generated/regex-forms.js'
import type { ModelFile } from './model-file.js'

/** Checks that the form column is a learned one, whose values are expressions of one form each. */
export function checkFilled(
  column: ArtifactColumn,
  { form }: Extract<ColumnOrigin, { from: 'filled' }>,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  const own = byName.get(form)
  const known = own && valuesOf(own, byName)
  if (own?.type.kind !== 'string' || known === undefined)
    return file.invalid(`${path}.form`, 'not a learned column of texts', form, 'the name of one')
  for (const value of known) {
    if (value === null) {
      if (!column.nullable) file.invalid(`${path}.form`, 'the column is not nullable', form, '"nullable": true')
      continue
    }
    const forms = typeof value === 'string' ? readForms({ regex: value }) : 'not text'
    if (typeof forms === 'string' || forms.length !== 1)
      file.invalid(`${path}.form`, 'one of its values has several forms', value, 'expressions of a single form')
  }
}

/** The values of a learned text column; undefined for other columns. */
export function valuesOf(
  { source }: ArtifactColumn,
  byName: ReadonlyMap<string, ArtifactColumn>,
): readonly unknown[] | undefined {
  if (source.from === 'circuit') return source.alphabet
  if (source.from === 'dependency') return source.values
  if (source.from !== 'masked') return undefined
  const value = byName.get(source.value)
  const own = value === undefined || value.source.from === 'masked' ? undefined : valuesOf(value, byName)
  return own && [...own, null]
}
