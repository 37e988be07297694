import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorConfig } from '#src/config/connector.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import type { TaskSpec } from '#src/runtime/task-executor.js'
import { writeModel } from '#src/model/artifact-write.js'
import { connectorOf, tasksOf } from '../test/support/connectors.js'
import { uniqueName } from '../test/support/kafka.js'
import { censusLikeArtifact } from '../test/support/models.js'
import { deleteTopics } from './topics.js'

export interface BenchConnector {
  readonly connector: ConnectorConfig
  /** One per shard of the same connector, with the given changes. */
  readonly tasks: (changes?: Readonly<Record<string, unknown>>) => TaskSpec[]
  /** From the environment. */
  readonly worker: WorkerConfig
}

/** A connector of 15 Avro columns with its own topic; topic and model are removed after `use`. */
export async function withConnector<T>(
  keys: Readonly<Record<string, unknown>>,
  use: (made: BenchConnector) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const model = join(folder, 'census.json')
  await writeFile(model, writeModel(censusLikeArtifact()))
  const name = uniqueName('bench-line')
  const worker = await loadWorker(null, process.env)
  try {
    const whole = { name, model, topic: name, sink: { type: 'kafka' }, ...keys }
    return await use({ connector: connectorOf(whole), tasks: (changes) => tasksOf({ ...whole, ...changes }), worker })
  } finally {
    await deleteTopics(worker.kafka, [name])
    await rm(folder, { recursive: true })
  }
}
