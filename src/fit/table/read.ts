import { stat } from 'node:fs/promises'
import { GenesisError } from '../../errors.js'
import { TableBuilder } from './builder.js'
import { readCsv } from './csv.js'
import { readJson } from './json.js'
import { readParquet } from './parquet.js'
import type { Table } from './table.js'
import { firstBytes } from './text.js'

export interface ReadOptions {
  /** Encoding of CSV and JSON. @default detected */
  readonly encoding?: string
  /** Maximum number of rows to hold; a larger table is sampled. */
  readonly maxRows: number
  readonly seed: number
  /** Aborting ends reading with the signal's reason. */
  readonly signal?: AbortSignal
}

type TableFormat = 'csv' | 'json' | 'parquet'

const extensions: Record<string, TableFormat> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
}

/** Reads a CSV, JSON, JSON lines or Parquet file as a stream. Throws TABLE_INVALID, naming the file, row and column. */
export async function readTable(path: string, options: ReadOptions): Promise<Table> {
  const format = await formatOf(path)
  const builder = new TableBuilder({
    place: path,
    typed: format !== 'csv',
    maxRows: options.maxRows,
    seed: options.seed,
    signal: options.signal,
  })
  try {
    if (format === 'csv') await readCsv(path, options.encoding, builder)
    else if (format === 'json') await readJson(path, options.encoding, builder)
    else await readParquet(path, builder)
  } catch (error) {
    // Readers report any failure as one of the file.
    options.signal?.throwIfAborted()
    throw error
  }
  return builder.finish()
}

async function formatOf(path: string): Promise<TableFormat> {
  try {
    const entry = await stat(path)
    if (entry.isDirectory())
      throw new GenesisError('TABLE_INVALID', 'the table cannot be read', { place: path, found: 'a folder' })
    if (entry.size === 0)
      throw new GenesisError('TABLE_INVALID', 'the table is empty', { place: path, found: '0 bytes' })
    if ((await firstBytes(path, 4)).toString('latin1') === 'PAR1') return 'parquet'
  } catch (error) {
    if (error instanceof GenesisError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new GenesisError('TABLE_INVALID', missing ? 'no such file' : 'the table cannot be read', {
      place: path,
      found: missing || !(error instanceof Error) ? undefined : error.message,
      cause: error,
    })
  }
  const extension = /\.([a-z]+)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  const format = extensions[extension]
  if (format === undefined)
    throw new GenesisError('TABLE_INVALID', 'the table has an unknown format', {
      place: path,
      found: extension === '' ? 'a name without an extension' : `.${extension}`,
      expected: `one of ${Object.keys(extensions)
        .map((name) => `.${name}`)
        .join(', ')}`,
    })
  return format
}
