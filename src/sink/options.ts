/** All sink types, as the configuration sees them; sinks.ts has their implementations. */
import { kafkaSpec, type KafkaSinkConfig } from './kafka/options.js'
import { fileSpec, type FileSinkConfig } from './file/options.js'
import { stdoutSpec, type StdoutSinkConfig } from './stdout/options.js'
import { webSocketSpec, type WebSocketSinkConfig } from './websocket/options.js'
import { webSocketServerSpec, type WebSocketServerSinkConfig } from './websocket-server/options.js'

export const sinkSpecs = {
  kafka: kafkaSpec,
  stdout: stdoutSpec,
  file: fileSpec,
  websocket: webSocketSpec,
  'websocket-server': webSocketServerSpec,
}

export type SinkType = keyof typeof sinkSpecs

export type SinkConfig =
  KafkaSinkConfig | StdoutSinkConfig | FileSinkConfig | WebSocketSinkConfig | WebSocketServerSinkConfig
