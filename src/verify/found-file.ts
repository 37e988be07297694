import { open } from 'node:fs/promises'
import { GenesisError } from '../errors.js'
import type { FoundBatch } from './match/expected-and-found.js'

/** Finds record ends: the index after the record that starts at `start`, or -1 if the bytes end first. */
export type RecordEnd = (bytes: Buffer, start: number, end: number) => number

/** A run of records in a file. */
export interface FileRun {
  /** Where the run's records start and end; `after`: where the next run starts. */
  readonly start: number
  readonly end: number
  readonly after: number
}

/** Finds the next run of whole records at `start`; null if the bytes end first. */
export type FindRun = (bytes: Buffer, start: number, end: number) => FileRun | null

const chunkBytes = 1 << 20

/**
 * The records of a file between its header and its committed length; `offset` is the record's number from 0. Throws
 * CHECKPOINT_INVALID if the header differs or the bytes do not end with a record.
 */
export async function* recordsOfFile(
  path: string,
  header: Buffer,
  length: number,
  findRun: FindRun,
  recordEnd: RecordEnd,
): AsyncGenerator<FoundBatch, void> {
  const file = await open(path).catch((cause: unknown) => {
    throw new GenesisError('CHECKPOINT_INVALID', "the sink's file cannot be read", { place: path, cause })
  })
  try {
    let kept = Buffer.alloc(header.length)
    const { bytesRead } = await file.read(kept, 0, header.length, 0)
    if (bytesRead < header.length || !kept.equals(header)) {
      throw new GenesisError('CHECKPOINT_INVALID', 'the file has a different header', { place: path })
    }
    kept = Buffer.alloc(0)
    let records = 0
    for (let at = header.length; at < length;) {
      const bytes = Buffer.allocUnsafe(kept.length + Math.min(chunkBytes, length - at))
      kept.copy(bytes)
      const read = await file.read(bytes, kept.length, bytes.length - kept.length, at)
      if (read.bytesRead === 0) throw tooShort(path, at, length)
      at += read.bytesRead
      const end = kept.length + read.bytesRead
      let start = 0
      for (let run = findRun(bytes, start, end); run !== null; run = findRun(bytes, start, end)) {
        const batch = new FileBatch(bytes, run.start, run.end, records, recordEnd)
        yield batch
        records = batch.offset + 1
        start = run.after
      }
      kept = bytes.subarray(start, end)
    }
    if (kept.length > 0) throw tooShort(path, length - kept.length, length)
  } finally {
    await file.close()
  }
}

class FileBatch implements FoundBatch {
  readonly keyStart = 0
  readonly keyLength = -1
  offset: number
  valueStart: number
  valueLength = 0

  constructor(
    readonly bytes: Buffer,
    start: number,
    readonly end: number,
    records: number,
    readonly recordEnd: RecordEnd,
  ) {
    this.valueStart = start
    this.offset = records - 1
  }

  next(): boolean {
    const start = this.valueStart + this.valueLength
    if (start >= this.end) return false
    const end = this.recordEnd(this.bytes, start, this.end)
    this.valueStart = start
    // Unterminated bytes count as one record, which then matches nothing.
    this.valueLength = (end < 0 ? this.end : end) - start
    this.offset++
    return true
  }
}

/** JSON lines. */
export const lineEnd: RecordEnd = (bytes, start, end) => {
  const feed = bytes.indexOf(10, start)
  return feed < 0 || feed >= end ? -1 : feed + 1
}

/** CSV lines: line feeds between quotes belong to a value (RFC 4180). */
export const csvEnd: RecordEnd = (bytes, start, end) => {
  let quoted = false
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0x22) quoted = !quoted
    else if (bytes[at] === 10 && !quoted) return at + 1
  }
  return -1
}

/** All whole lines. */
export function findLines(recordEnd: RecordEnd): FindRun {
  return (bytes, start, end) => {
    let last = start
    for (let next = recordEnd(bytes, start, end); next >= 0; next = recordEnd(bytes, next, end)) last = next
    return last === start ? null : { start, end: last, after: last }
  }
}

/** A block of an Avro object container: count, size, the records, 16 bytes of sync marker. */
export const findBlock: FindRun = (bytes, start, end) => {
  const count = readLong(bytes, start, end)
  const size = count === null ? null : readLong(bytes, count.after, end)
  if (size === null || size.after + size.value + 16 > end) return null
  return { start: size.after, end: size.after + size.value, after: size.after + size.value + 16 }
}

function readLong(bytes: Buffer, start: number, end: number): { value: number; after: number } | null {
  let value = 0
  for (let at = start, scale = 1; at < end; at++, scale *= 128) {
    value += (bytes[at] & 0x7f) * scale
    if (bytes[at] < 0x80) return { value: value / 2, after: at + 1 }
  }
  return null
}

function tooShort(path: string, at: number, length: number): GenesisError {
  return new GenesisError('CHECKPOINT_INVALID', 'the file does not end with a whole record', {
    place: `${path}, byte ${at}`,
    expected: `${length} bytes of whole records, as its checkpoint says`,
  })
}
