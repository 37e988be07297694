import type { ConnectorConfig } from '../config/connector.js'
import { valueSchema } from '../encode/value.js'
import type { Checkpoint, Field } from '../record.js'
import { readCheckpointFile } from '../sink/file/checkpoint-file.js'
import type { FileSinkConfig } from '../sink/file/options.js'
import { shardFile } from '../sink/file/options.js'
import { createFraming } from '../sink/framing.js'
import type { Delivered } from './delivered.js'
import { csvEnd, findBlock, findLines, lineEnd, recordsOfFile } from './found-file.js'
import type { FoundPartition } from './match/expected-and-found.js'

/** The files of a file sink, one per shard, up to their checkpoints. */
export async function openFiles(
  connector: ConnectorConfig,
  sink: FileSinkConfig,
  fields: readonly Field[],
): Promise<Delivered> {
  const shards = connector.tasks.max
  const paths = Array.from({ length: shards }, (_, shard) => shardFile(sink.path, shard, shards))
  const { header } = await createFraming(connector, sink.format, fields)
  const saved = () => Promise.all(paths.map((path) => readCheckpointFile(`${path}.checkpoint`)))
  const lengths = (await saved()).map((checkpoint) => checkpoint?.bytes ?? 0)
  return {
    target: `file ${paths.join(', ')}`,
    checkpoints: async () => {
      const found = new Map<number, Checkpoint>()
      ;(await saved()).forEach((one, shard) => {
        if (one !== null && one.checkpoint !== null) found.set(shard, one.checkpoint)
      })
      return found
    },
    partitions: () =>
      Promise.resolve({
        unreadable: [],
        partitions: paths.map((path, partition) => ({
          partition,
          start: 0,
          end: lengths[partition],
          count: null,
          batches: fileRecords(connector, sink, fields, path, header, lengths[partition]),
        })),
      }),
    placement: () => 'own file',
    close: () => Promise.resolve(),
  }
}

function fileRecords(
  connector: ConnectorConfig,
  { format }: FileSinkConfig,
  fields: readonly Field[],
  path: string,
  header: Buffer,
  length: number,
): FoundPartition['batches'] {
  if (length === 0) return recordsOfFile(path, Buffer.alloc(0), 0, findBlock, lineEnd)
  if (format !== 'avro') {
    const end = format === 'csv' ? csvEnd : lineEnd
    return recordsOfFile(path, header, length, findLines(end), end)
  }
  const { type } = valueSchema(connector, fields)
  return recordsOfFile(path, header, length, findBlock, (bytes, start, end) => {
    try {
      const { offset } = type.decode(bytes.subarray(0, end), start)
      return offset
    } catch {
      return -1
    }
  })
}
