import { choice, option, required } from '../../config/option.js'
import { defineSink } from '../../config/sink-spec.js'

/** Message formats; message-form.ts shows each. */
export const messageFormats = ['json', 'ndjson', 'avro'] as const
export type WebSocketFormat = (typeof messageFormats)[number]

export const messageFormatDoc =
  'One object per message (json), a batch of lines per message (ndjson), or Avro blocks (docs/websocket.md).'

/** A client of a WebSocket server. */
export interface WebSocketSinkConfig {
  readonly type: 'websocket'
  /** ws:// or wss://; may hold credentials. */
  readonly url: string
  readonly format: WebSocketFormat
  /** Whether the server reports its position back, and so stores the checkpoint. */
  readonly acknowledge: boolean
  readonly acknowledgeTimeoutMs: number
  /** Maximum bytes waiting to be sent. */
  readonly bufferBytes: number
}

export const webSocketSpec = defineSink({
  options: {
    url: required<string>('ws-url', 'Address of the server to send the records to.', {
      sensitive: true,
      code: 'uri',
      example: 'ws://<host>:<port>/<path>',
    }),
    format: choice(messageFormats, messageFormatDoc, 'json', { code: 'format' }),
    acknowledge: option<boolean>(
      'flag',
      'Whether the server reports its position back, and so stores the checkpoint.',
      false,
      { code: 'acknowledge' },
    ),
    acknowledge_timeout: option<number>('duration', 'Maximum wait for an acknowledgement.', '30s', {
      minimum: 1,
      code: 'acknowledgeTimeoutSeconds',
    }),
    buffer_size: option<number>('size', 'Maximum bytes waiting to be sent.', '1MB', {
      minimum: 1000,
      maximum: 1_000_000_000,
      code: 'bufferBytes',
    }),
  },
  configure: ({ url, format, acknowledge, acknowledge_timeout, buffer_size }): WebSocketSinkConfig => ({
    type: 'websocket',
    url,
    format,
    acknowledge,
    acknowledgeTimeoutMs: acknowledge_timeout,
    bufferBytes: buffer_size,
  }),
  target: ({ url }) => `the url ${new URL(url).host}${new URL(url).pathname}`,
  keepsPositions: false,
})
