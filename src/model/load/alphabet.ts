import type { FieldType } from '../../record.js'
import type { ArtifactColumn, ColumnOrigin, Symbol } from '../artifact.js'
import type { ModelFile } from './model-file.js'

/** Codes are 16 bits wide. */
export const maxCodes = 65_536
export const numeric: readonly FieldType['kind'][] = ['integer', 'decimal', 'double', 'date', 'timestamp', 'time']

/** Checks the symbols of a circuit column: values or bins of its type, each once. */
export function checkAlphabet(
  column: ArtifactColumn,
  source: Extract<ColumnOrigin, { from: 'circuit' }>,
  path: string,
  file: ModelFile,
): void {
  const { alphabet, grain } = source
  const { kind } = column.type
  if (alphabet.length === 0 || alphabet.length > maxCodes)
    file.invalid(`${path}.alphabet`, 'an alphabet of the wrong size', `${alphabet.length} symbols`, `1 to ${maxCodes}`)
  if (grain !== undefined && kind !== 'double' && (!Number.isSafeInteger(grain) || grain < 1))
    file.invalid(`${path}.grain`, `not a step of a ${kind}`, grain, 'a positive integer, in the held form')
  const seen = new Set<string>()
  alphabet.forEach((symbol, code) => {
    const at = `${path}.alphabet[${code}]`
    if (Array.isArray(symbol)) checkBin(symbol as unknown[], kind, grain, at, file)
    else checkSymbol(symbol, column, at, file)
    const key = JSON.stringify(symbol)
    if (seen.has(key)) file.invalid(at, 'a duplicate symbol', symbol, 'distinct symbols')
    seen.add(key)
  })
}

function checkBin(
  bin: unknown[],
  kind: FieldType['kind'],
  grain: number | undefined,
  at: string,
  file: ModelFile,
): void {
  const [low, high] = bin
  if (!numeric.includes(kind)) file.invalid(at, `a bin in a ${kind} column`, bin, 'a category')
  const held = kind === 'double' ? Number.isFinite : Number.isSafeInteger
  const step = grain ?? (kind === 'double' ? 0 : 1)
  const fine =
    bin.length === 2 && typeof low === 'number' && typeof high === 'number' && held(low) && held(high) && low <= high
  if (!fine || (step === 0 && low === high) || (step > 0 && Math.floor(high / step) < Math.ceil(low / step)))
    file.invalid(at, 'not a bin', bin, `[low, high] on the column's grid, with low at most high`)
}

/** Checks a single value of a column, in the held form. */
export function checkSymbol(symbol: Symbol, { type, nullable }: ArtifactColumn, at: string, file: ModelFile): void {
  if (symbol === null) {
    if (!nullable) file.invalid(at, 'a missing value in a column that is not nullable', null, 'a value')
    return
  }
  if (!isHeld(symbol, type.kind)) file.invalid(at, `not a value of type ${type.kind}`, symbol, expectedOf(type.kind))
}

function isHeld(value: unknown, kind: FieldType['kind']): boolean {
  if (kind === 'string' || kind === 'uuid' || kind === 'json') return typeof value === 'string'
  if (kind === 'boolean') return typeof value === 'boolean'
  return kind === 'double' ? Number.isFinite(value) : Number.isSafeInteger(value)
}

function expectedOf(kind: FieldType['kind']): string {
  if (kind === 'string' || kind === 'uuid' || kind === 'json') return 'text'
  if (kind === 'boolean') return 'true or false'
  return kind === 'double' ? 'a finite number' : 'an integer, in the held form'
}
