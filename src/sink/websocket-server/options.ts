import { choice, option, required } from '../../config/option.js'
import { defineSink } from '../../config/sink-spec.js'
import { messageFormatDoc, messageFormats, type WebSocketFormat } from '../websocket/options.js'

/** A WebSocket server that broadcasts a live stream. */
export interface WebSocketServerSinkConfig {
  readonly type: 'websocket-server'
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The path of the URL. */
  readonly endpoint: string
  readonly format: WebSocketFormat
  readonly maxClients: number
  readonly allowedOrigins: readonly string[]
  readonly onSlow: 'drop' | 'disconnect'
  /** Maximum bytes waiting for one client. */
  readonly bufferBytes: number
}

export const webSocketServerSpec = defineSink({
  options: {
    host: option<string>('text', 'Address to listen on; only this machine by default.', '127.0.0.1', { code: 'host' }),
    port: required<number>('count', 'Port to listen on; 0 is any free one.', {
      minimum: 0,
      maximum: 65_535,
      code: 'port',
      example: '<number>, or 0 for any free one',
    }),
    endpoint: option<string>('endpoint', 'Path of its address.', '/', { code: 'path' }),
    format: choice(messageFormats, messageFormatDoc, 'json', { code: 'format' }),
    max_clients: option<number>('count', 'Maximum concurrent clients.', 1000, { minimum: 1, code: 'maxClients' }),
    allowed_origins: option<string[]>(
      'origins',
      'Origins of web pages that may connect, in addition to those of this machine; `*` allows every page.',
      [],
      { code: 'allowedOrigins' },
    ),
    on_slow: choice(
      ['drop', 'disconnect'],
      'Whether a client that does not keep up misses batches or is disconnected.',
      'drop',
      { code: 'onSlow' },
    ),
    buffer_size: option<number>('size', 'Maximum bytes waiting for one client.', '1MB', {
      minimum: 1000,
      maximum: 1_000_000_000,
      code: 'bufferBytes',
    }),
  },
  configure: ({ host, port, endpoint, format, ...values }): WebSocketServerSinkConfig => ({
    type: 'websocket-server',
    host,
    port,
    endpoint,
    format,
    maxClients: values.max_clients,
    allowedOrigins: values.allowed_origins,
    onSlow: values.on_slow,
    bufferBytes: values.buffer_size,
  }),
  target: ({ port }) => (port === 0 ? null : `the port ${port}`),
  keepsPositions: false,
  rules: ({ throughput, tasks }) => [
    {
      on: ['throughput.rate', 'throughput.interval', 'sink.type'],
      broken: throughput.rate === null && throughput.interval === null,
      what: 'a live stream needs a rate: its clients do not slow it down',
      found: 'none',
      expected: 'throughput.rate or throughput.interval',
    },
    {
      on: ['tasks.max', 'sink.type'],
      broken: tasks.max !== 1,
      what: 'only one task can listen on a port',
      found: `tasks.max ${tasks.max}`,
      expected: 'tasks.max: 1 with sink.type: websocket-server',
    },
  ],
})
