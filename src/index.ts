/** The public API of genesis-connect. Nothing inside the package imports it. */
export type { ErrorCode, ErrorDetails } from './errors.js'
export type { FieldType, Value } from './record.js'
export { KafkaPublisher } from './publish/kafka-publisher.js'
export type {
  KafkaPublisherOptions,
  KafkaSaslOptions,
  KafkaTlsOptions,
  RegistryOptions,
} from './publish/kafka-options.js'
export { WebSocketPublisher, type WebSocketPublisherOptions } from './publish/websocket-publisher.js'
export { WebSocketServerPublisher } from './publish/websocket-server-publisher.js'
export type { WebSocketServerPublisherOptions } from './publish/websocket-server-options.js'
export type { ServerAddress } from './sink/websocket/listener.js'
export type { ClientStatus } from './sink/websocket/member.js'
export type { AnyRow, Batch } from './stream/batch.js'
export type { Column, Publisher, StreamInfo } from './stream/publisher.js'
export type { StreamToEachOptions } from './stream/fan-out.js'
export { RetryPolicy, type RetryPolicyOptions } from './stream/retry-policy.js'
export type { DisturbOptions } from './stream/disturb-options.js'
export type { RowFault } from './stream/batch.js'
export type { RateShapeOptions } from './stream/shape-options.js'
export type { ReferenceOptions } from './stream/reference-options.js'
export type { StreamOptions, StreamToOptions } from './stream/stream-options.js'
export { StreamingError } from './stream/streaming-error.js'
export { StreamingGenerator, type StreamingGeneratorOptions } from './stream/streaming-generator.js'
export { StreamingMetrics, type Gap } from './stream/streaming-metrics.js'
export { SyntheticGenerator, type SampleOptions } from './stream/synthetic-generator.js'
