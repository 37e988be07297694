/** All sink types. Each folder has its options, rules and implementation; options.ts lists the options. */
import type { SinkConfig } from './options.js'
import type { SinkPlan } from './plan.js'
import type { Sink } from './sink.js'

type Create<C extends SinkConfig> = (plan: SinkPlan<C>) => Sink | Promise<Sink>

// Imported on demand: the Kafka and WebSocket libraries take longer to load than everything else.
const sinks: { readonly [C in SinkConfig as C['type']]: Create<C> } = {
  kafka: async (plan) => (await import('./kafka/create.js')).createKafkaSink(plan),
  stdout: async (plan) => (await import('./stdout/sink.js')).createStdoutSink(plan),
  file: async (plan) => (await import('./file/sink.js')).createFileSink(plan),
  websocket: async (plan) => (await import('./websocket/sink.js')).createWebSocketSink(plan),
  'websocket-server': async (plan) => (await import('./websocket-server/sink.js')).createWebSocketServerSink(plan),
}

/** Begins to load what a sink needs. Errors occur again, and are reported, when it is created. */
export function preloadSink(type: SinkConfig['type']): void {
  if (type !== 'kafka') return
  for (const part of [import('./kafka/create.js'), import('../encode/create.js')]) part.catch(() => undefined)
}

/** Creates the connector's sink; connects nothing. Throws SCHEMA_INVALID. */
export async function createSink(plan: SinkPlan): Promise<Sink> {
  const create = sinks[plan.connector.sink.type] as Create<SinkConfig>
  return create(plan)
}
