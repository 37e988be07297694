import { join, parse, resolve } from 'node:path'
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

/** The file of a shard: `name.jsonl`, or `name.0.jsonl`, `name.1.jsonl` … if there are several. */
export function shardFile(path: string, shard: number, shards: number): string {
  if (shards === 1) return path
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.${shard}${ext}`)
}
