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
  checkForms(column, form, `${path}.form`, byName, file, (value) => {
    const forms = typeof value === 'string' ? readForms({ regex: value }) : 'not text'
    if (typeof forms === 'string' || forms.length !== 1)
      file.invalid(`${path}.form`, 'one of its values has several forms', value, 'expressions of a single form')
  })
}

/** Checks each value of the form column, which is missing only where the column may be. */
export function checkForms(
  { nullable }: ArtifactColumn,
  form: string,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
  check: (value: unknown) => void,
): void {
  for (const value of textsOf(form, path, byName, file)) {
    if (value !== null) check(value)
    else if (!nullable) file.invalid(path, 'the column is not nullable', form, '"nullable": true')
  }
}

/** The values of the learned text column of this name. */
export function textsOf(
  name: string,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): readonly unknown[] {
  const column = byName.get(name)
  const known = column && valuesOf(column, byName)
  if (column?.type.kind !== 'string' || known === undefined)
    return file.invalid(path, 'not a learned column of texts', name, 'the name of one')
  return known
}

/** The values of a learned text column; undefined for other columns. */
function valuesOf(
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
