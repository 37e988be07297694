import { Readable } from 'node:stream'
import { parse, CsvError } from 'csv-parse'
import { parse as parseText } from 'csv-parse/sync'
import { GenesisError } from '../../errors.js'
import type { TableBuilder } from './builder.js'
import { readText } from './text.js'

/** Maximum length of a row; without it, an unclosed quote would put the rest of the file into one cell. */
const maxRowLength = 16 * 1024 * 1024
const delimiters = [',', ';', '\t', '|']

/**
 * Reads comma-separated values with a header row (RFC 4180). The separator may also be a semicolon, tab or bar, whichever occurs most in
 * the header. An empty cell is missing. Throws TABLE_INVALID with the line of a row that has too few or too many cells.
 */
export async function readCsv(path: string, encoding: string | undefined, table: TableBuilder): Promise<void> {
  const text = readText(path, encoding)
  const head = await headOf(text)
  const delimiter = delimiterOf(head)
  table.separatedBy(delimiter)
  const parser = parse({
    delimiter,
    bom: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
  })
  const source = Readable.from(joined(head, text))
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let header = true
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (header) {
        for (const name of record) table.addColumn(name.trim())
        header = false
      } else table.addRow(record.map((cell) => (cell === '' ? null : cell)))
    }
  } catch (error) {
    if (error instanceof CsvError) throw invalidRow(error, path, headerOf(head))
    throw error
  } finally {
    source.destroy()
  }
}

function invalidRow(error: CsvError, path: string, names: readonly string[]): GenesisError {
  const place = `${path}:${String(error.lines)}`
  const record: unknown = error.record
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' && Array.isArray(record)) {
    // The header is the first record.
    const row = Number(error.records)
    const missing = record.length < names.length ? ` (column ${names[record.length]} has none)` : ''
    return new GenesisError('TABLE_INVALID', `row ${row} has a different number of cells than the header`, {
      place,
      found: `${record.length} cells${missing}`,
      expected: `${names.length}`,
    })
  }
  return new GenesisError('TABLE_INVALID', 'the table is not valid CSV', {
    place,
    found: error.message,
    remedy: error.code === 'CSV_MAX_RECORD_SIZE' ? 'An unclosed quote is the usual cause.' : undefined,
    cause: error,
  })
}

/** The column names of the header, for messages. */
function headerOf(head: string): string[] {
  const records = parseText(head, { delimiter: delimiterOf(head), bom: true, to: 1, relax_quotes: true })
  return records[0] ?? []
}

/** The beginning of the text, including at least the first line. */
async function headOf(text: AsyncGenerator<string>): Promise<string> {
  let head = ''
  while (!head.includes('\n') && head.length < maxRowLength) {
    const next = await text.next()
    if (next.done) break
    head += next.value
  }
  return head
}

async function* joined(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (head !== '') yield head
  yield* rest
}

function delimiterOf(head: string): string {
  const header = (/^[^\r\n]*/.exec(head)?.[0] ?? '').replace(/"[^"]*"/g, '')
  let best = delimiters[0]
  const count = (delimiter: string): number => header.split(delimiter).length
  for (const delimiter of delimiters) if (count(delimiter) > count(best)) best = delimiter
  return best
}
