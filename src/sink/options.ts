/** All sink types, as the configuration sees them; sinks.ts has their implementations. */
import { kafkaSpec } from './kafka/options.js'
import { fileSpec } from './file/options.js'
import { stdoutSpec } from './stdout/options.js'
import { webSocketSpec } from './websocket/options.js'
import { webSocketServerSpec } from './websocket-server/options.js'

export const sinkSpecs = {
  kafka: kafkaSpec,
  stdout: stdoutSpec,
  file: fileSpec,
  websocket: webSocketSpec,
  'websocket-server': webSocketServerSpec,
}

export type SinkType = keyof typeof sinkSpecs

/** What the program uses of a checked `sink` section: one type per sink, told apart by `type`. */
export type SinkConfig = ReturnType<(typeof sinkSpecs)[SinkType]['configure']>

export function keepsPositions({ sink }: { readonly sink: { readonly type: SinkType } }): boolean {
  return sinkSpecs[sink.type].keepsPositions
}
