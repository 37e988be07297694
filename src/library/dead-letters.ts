import { appendFile } from 'node:fs/promises'
import { GenesisError } from '../errors.js'
import type { AnyRow, Batch } from './batch.js'

/**
 * Appends skipped records to a file: one JSON object per line, with the record's position, the headers that Kafka
 * Connect gives dead letters (KIP-298, DeadLetterQueueReporter), and the record as its value.
 */
export class DeadLetterFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Throws DISK_FULL or SINK_FAILED: a record must not be lost twice. */
  async write(batch: Batch<object>, error: GenesisError): Promise<void> {
    const headers = errorHeaders(error)
    const rows = batch.toJSON() as AnyRow[]
    const lines = rows.map((value, index) => JSON.stringify({ position: batch.position + index, headers, value }))
    try {
      await appendFile(this.#path, `${lines.join('\n')}\n`)
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      const full = code === 'ENOSPC' || code === 'EDQUOT'
      throw new GenesisError(full ? 'DISK_FULL' : 'SINK_FAILED', 'skipped records cannot be written', {
        place: this.#path,
        found: code ?? message,
        cause,
      })
    }
  }
}

/** The subset of Connect's headers that applies to a record that never reached a topic. */
export function errorHeaders(error: GenesisError): Record<string, string> {
  return {
    '__connect.errors.stage': 'TASK_PUT',
    '__connect.errors.exception.class.name': error.code,
    '__connect.errors.exception.message': error.message,
  }
}
