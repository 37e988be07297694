import { createFraming } from '../framing.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import type { StdoutSinkConfig } from './options.js'
import { StreamSink } from './sink.js'

export function createStdoutSink({ connector, fields }: SinkPlan<StdoutSinkConfig>): Sink {
  return new StreamSink(process.stdout, 'standard output', createFraming(connector, connector.sink.format, fields))
}
