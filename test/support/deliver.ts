import type { ConnectorConfig } from '#src/config/connector.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { createEncoder } from '#src/encode/create.js'
import { createRegistry } from '#src/encode/registry.js'
import { loadModel } from '#src/model/load.js'
import { openConnector } from '#src/connector/open.js'
import { createSink } from '#src/sink/sinks.js'
import type { SinkPlan } from '#src/sink/plan.js'
import type { Sink } from '#src/sink/sink.js'

/** Has a connector's sinks take all records below position `end`, a commit every so many records. */
export async function deliver(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  end: number,
  every = 700,
  makeSink: (plan: SinkPlan) => Promise<Sink> = createSink,
): Promise<void> {
  const shards = connector.tasks.max
  for (let shard = 0; shard < shards; shard++) {
    const generator = await openConnector(connector, { load: loadModel, shard, capacity: every })
    const { fields, fingerprint } = generator
    const encoder = createEncoder(connector, createRegistry(worker.registry))(fields)
    await encoder.prepare()
    const id = { connector: connector.name, shard, shards }
    const sink = await makeSink({ connector, worker, shard: id, fields, fingerprint, shared: {} })
    try {
      const checkpoint = await sink.open()
      generator.start(checkpoint?.position ?? shard)
      while (generator.position < end) {
        const left = Math.ceil((end - generator.position) / shards)
        await sink.write(encoder.encode(generator.generate(Math.min(every, left))))
        await sink.commit({ position: generator.position, fingerprint, shards })
      }
    } finally {
      await sink.close()
    }
  }
}
