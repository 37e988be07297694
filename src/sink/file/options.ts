import { resolve } from 'node:path'
import { choice, required } from '../../config/option.js'
import { defineSink } from '../../config/sink-spec.js'

/** A file per shard, with its checkpoint next to it. */
export interface FileSinkConfig {
  readonly type: 'file'
  /** Absolute. */
  readonly path: string
  readonly format: 'json' | 'csv' | 'avro'
}

export const fileSpec = defineSink({
  options: {
    path: required<string>('path', 'File to write. Relative to this file.', { example: '<file>', flag: '--output' }),
    format: choice(['json', 'csv', 'avro'], 'JSON lines, CSV or an Avro container.', 'json', { flag: '--format' }),
  },
  configure: ({ path, format }, folder): FileSinkConfig => ({ type: 'file', path: resolve(folder, path), format }),
  target: ({ path }) => `the path ${path}`,
  keepsPositions: true,
})
