import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema, type SchemaElement } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GenesisError } from '../../errors.js'
import type { TableBuilder } from './builder.js'
import { cellOf } from './json.js'
import type { Cell } from './table.js'

/** Times as ISO 8601 text, as from all other readers, without a zone. */
const parsers = {
  timestampFromMilliseconds: (millis: bigint) => isoTime(Number(millis)),
  timestampFromMicroseconds: (micros: bigint) => isoTime(Number(micros / 1000n)),
  timestampFromNanoseconds: (nanos: bigint) => isoTime(Number(nanos / 1_000_000n)),
  dateFromDays: (days: number) => isoTime(days * 86_400_000)?.slice(0, 10) ?? null,
}

/** Reads a Parquet file, one row group at a time. Nested columns become JSON text. Throws TABLE_INVALID. */
export async function readParquet(path: string, table: TableBuilder): Promise<void> {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const columns = parquetSchema(metadata).children.map((child) => child.element)
    for (const column of columns) table.addColumn(column.name)
    const convert = columns.map(converter)
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const onComplete = (rows: unknown[][]): void => {
        for (const row of rows) table.addRow(convert.map((cell, j) => cell(row[j])))
      }
      await parquetRead({ file, metadata, compressors, parsers, rowStart, rowEnd, rowFormat: 'array', onComplete })
      rowStart = rowEnd
    }
  } catch (error) {
    if (error instanceof GenesisError) throw error
    throw new GenesisError('TABLE_INVALID', 'the Parquet file cannot be read', {
      place: path,
      found: error instanceof Error ? error.message : String(error),
      cause: error,
    })
  }
}

/** Converts a column's values to cells. Decimals arrive with floating-point errors, and floats as the nearest double. */
function converter(column: SchemaElement): (value: unknown) => Cell {
  const { scale, converted_type: converted, type } = column
  if (converted === 'DECIMAL' && scale !== undefined)
    return (value) => (typeof value === 'number' ? Number(value.toFixed(scale)) : cellOf(value))
  if (type === 'FLOAT') return (value) => (typeof value === 'number' ? shortestFloat(value) : cellOf(value))
  return cellOf
}

/** The shortest number that is the same 32-bit float: 3.14, not 3.140000104904175. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

function isoTime(millis: number): string | null {
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, -1)
}
