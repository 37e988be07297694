import { createFraming } from '../framing.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import type { FileSinkConfig } from './options.js'
import { FileSink } from './sink.js'

export function createFileSink({ connector, fields, shard }: SinkPlan<FileSinkConfig>): Sink {
  return new FileSink({
    path: connector.sink.path,
    shard,
    framing: createFraming(connector, connector.sink.format, fields),
  })
}
