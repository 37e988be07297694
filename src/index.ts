/** The public API of genesis-connect. Nothing inside the package imports it. */
export type { ErrorCode, ErrorDetails } from './errors.js'
export type { FieldType, Spelling, Value } from './record.js'
export { KafkaPublisher } from './library/publishers/kafka-publisher.js'
export type {
  KafkaPublisherOptions,
  KafkaSaslOptions,
  KafkaTlsOptions,
  RegistryOptions,
} from './library/publishers/kafka-options.js'
export { WebSocketPublisher, type WebSocketPublisherOptions } from './library/publishers/websocket-publisher.js'
export { WebSocketServerPublisher } from './library/publishers/websocket-server-publisher.js'
export type { WebSocketServerPublisherOptions } from './library/publishers/websocket-server-options.js'
export type { ServerAddress } from './sink/websocket-server/server-address.js'
export type { ClientStatus } from './sink/websocket-server/client-status.js'
export type { AnyRow, Batch } from './library/batch.js'
export type { Column, Publisher, StreamInfo } from './library/publisher.js'
export type { StreamToEachOptions } from './library/fan-out.js'
export { RetryPolicy, type RetryPolicyOptions } from './library/retry-policy.js'
export type { DisturbOptions, Share as FaultShare, SomeFields as FaultColumns } from './library/disturb-options.js'
export type { RowFault } from './library/batch.js'
export type { ReferenceOptions } from './library/reference-options.js'
export type { RateShapeOptions, StreamOptions, StreamToOptions } from './library/stream-options.js'
export { StreamingError } from './library/streaming-error.js'
export { StreamingGenerator, type StreamingGeneratorOptions } from './library/streaming-generator.js'
export { StreamingMetrics, type Gap } from './library/streaming-metrics.js'
export { SyntheticGenerator, type SampleOptions } from './library/synthetic-generator.js'
