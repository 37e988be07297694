import type { ConnectorConfig } from '../config/connector.js'
import type { FileSinkConfig } from '../sink/file/options.js'
import { disturbKinds } from '../config/disturb.js'
import type { DisturbConfig } from '../config/disturb.js'
import type { WorkerConfig } from '../config/worker.js'
import { createEncoder } from '../encode/create.js'
import { createRegistry } from '../encode/registry.js'
import { valueSchema } from '../encode/value.js'
import { GenesisError } from '../errors.js'
import { KafkaAdmin } from '../kafka/admin.js'
import { CheckpointReader } from '../kafka/checkpoint-reader.js'
import { TopicReader } from '../kafka/topic-reader.js'
import type { Generator } from '../model/generator.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { openConnector } from '../connector/open.js'
import type { Checkpoint, Field } from '../record.js'
import { checkCheckpoint } from '../sink/check-checkpoint.js'
import { readCheckpointFile } from '../sink/file/checkpoint-file.js'
import { createFraming } from '../sink/framing.js'
import { shardPath } from '../sink/file/sink.js'
import { compare } from './match/compare.js'
import type { CompareOptions } from './match/compare.js'
import { ExpectedStream } from './expected-stream.js'
import type { Placement } from './expected-stream.js'
import { csvEnd, findBlock, findLines, lineEnd, recordsOfFile } from './found-file.js'
import { countExpected, foundWithLabels, noKinds, withLabels } from './labels.js'
import type { KindCounts } from './labels.js'
import type { VerifyReport } from './report.js'
import type { ExpectedShard, FoundPartition } from './match/expected-and-found.js'
import { foundWithoutFields, orNothing, withoutFields } from './skip-fields.js'
import { stripperOf, unrepeatableFields } from './strip-value.js'

export type VerifyOptions = Pick<CompareOptions, 'shown' | 'signal'> & {
  /** Told now and then how many records were found, of about how many (null: not known). */
  readonly onProgress?: (step: 'compare' | 'explain', done: number, of: number | null) => void
}

/**
 * Compares what a connector has delivered (a topic as a read_committed reader sees it, or the files of a file sink) with
 * its stream up to its checkpoints. Throws CHECKPOINT_INVALID if the checkpoints are of another stream; and the errors of
 * model, encoder, registry and Kafka.
 */
export async function verifyConnector(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const model = await loadModel(connector.model)
  const { sink } = connector
  if (sink.type !== 'kafka' && sink.type !== 'file') {
    const found = sink.type === 'stdout' ? 'standard output' : 'a WebSocket'
    throw new GenesisError('USAGE', `what went to ${found} cannot be read again`, {
      place: connector.file ?? connector.name,
      expected: 'a connector with a kafka or file sink',
    })
  }
  const began = performance.now()
  const first = await generatorOf(connector, model, 0)
  const delivered =
    sink.type === 'kafka' ? await openTopic(connector, worker) : await openFiles(connector, sink, first.fields)
  try {
    const before = checked(connector, first, await delivered.checkpoints())
    const partitions = await delivered.partitions()
    // The records that were there are covered by the checkpoints after them, if the connector runs meanwhile.
    const after = await delivered.checkpoints()
    const skipped = unrepeatableFields(model)
    const shards: ExpectedShard[] = []
    for (let shard = 0; shard < connector.tasks.max; shard++) {
      const sure = before[shard]?.position ?? shard
      const end = Math.max(sure, after.get(shard)?.position ?? 0)
      shards.push(await expectedShard(connector, worker, model, delivered.placement(partitions), shard, sure, end))
    }
    const stripper = skipped.length > 0 ? stripperOf(connector, first.fields, skipped) : null
    const isMalformed = (connector.disturb?.probabilities.malformed ?? 0) > 0
    const strip = stripper !== null && isMalformed ? orNothing(stripper) : stripper
    const of = partitions.reduce(
      (sum, { count }) => (sum === null || count === null ? null : sum + count),
      0 as number | null,
    )
    const found = noKinds()
    const isLabelled = connector.disturb !== null && sink.type === 'kafka'
    const comparison = await compare(
      shards
        .map((shard) => (strip === null ? shard : withoutFields(strip, shard)))
        .map((shard) => (isLabelled ? withLabels(shard) : shard)),
      partitions
        .map((partition) => (strip === null ? partition : foundWithoutFields(strip, partition)))
        .map((partition) => (isLabelled ? foundWithLabels(partition, found) : partition)),
      {
        shown: options.shown,
        signal: options.signal,
        onProgress: (progress) => {
          if (progress.step === 'compare') options.onProgress?.('compare', progress.found, of)
          else options.onProgress?.('explain', progress.made, progress.of)
        },
      },
    )
    const sent = comparison.found > 0 || before.some((checkpoint) => checkpoint !== undefined)
    return {
      connector: connector.name,
      sink: connector.sinkName,
      target: delivered.target,
      exact: sent && Object.values(comparison.counts).every((count) => count === 0),
      sent,
      ...comparison,
      shards: shards.map(({ shard, sure }) => ({ shard, checkpoint: before[shard] === undefined ? null : sure })),
      partitions: partitions.map(({ partition, start, end }) => ({ partition, start, end })),
      skippedFields: skipped,
      disturbed: connector.disturb === null ? null : disturbedOf(connector.disturb, shards, isLabelled ? found : null),
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    await delivered.close()
  }
}

/** What is wrong on purpose: how much was to be so, and how much is labelled so. */
function disturbedOf(
  disturb: DisturbConfig,
  shards: readonly ExpectedShard[],
  found: KindCounts | null,
): VerifyReport['disturbed'] {
  const expected = noKinds()
  for (const shard of shards) countExpected(expected, disturb, shard, shard.sure)
  return disturbKinds.map((kind) => ({ kind, expected: expected[kind], found: found === null ? null : found[kind] }))
}

/** A partition that can be read, with its size as far as it is known. */
interface DeliveredPartition extends FoundPartition {
  readonly end: number
  /** About how many records; null: not known. */
  readonly count: number | null
}

interface Delivered {
  readonly target: string
  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>>
  partitions(): Promise<readonly DeliveredPartition[]>
  placement(partitions: readonly DeliveredPartition[]): Placement
  close(): Promise<void>
}

async function openTopic({ name, sinkName, topic }: ConnectorConfig, worker: WorkerConfig): Promise<Delivered> {
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  // The reader would wait for a broker that comes back; at the beginning, none is more likely a mistake.
  const admin = new KafkaAdmin(worker.kafka)
  const description = await admin.describe(topic).finally(() => admin.close())
  if (description === null) {
    throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', { place: `connector ${name}, topic ${topic}` })
  }
  const reader = new TopicReader(worker.kafka, topic)
  const checkpoints = new CheckpointReader(worker.kafka, worker.checkpoints.topic)
  return {
    target: `topic ${topic}`,
    checkpoints: () =>
      checkpoints.connector(name, sinkName ?? undefined).catch((error: unknown) => {
        // No worker has ever committed anything.
        if (error instanceof GenesisError && error.code === 'TOPIC_MISSING') return new Map<number, Checkpoint>()
        throw error
      }),
    partitions: async () =>
      (await reader.ranges()).map(({ partition, start, stableEnd }) => ({
        partition,
        start,
        end: stableEnd,
        count: stableEnd - start,
        batches: reader.read({ partition, start, end: stableEnd }, 'committed'),
      })),
    placement: ({ length }) => ({ partitions: length }),
    close: () => reader.close(),
  }
}

async function openFiles(
  connector: ConnectorConfig,
  sink: FileSinkConfig,
  fields: readonly Field[],
): Promise<Delivered> {
  const shards = connector.tasks.max
  const paths = Array.from({ length: shards }, (_, shard) =>
    shardPath(sink.path, { connector: connector.name, shard, shards }),
  )
  const { header } = createFraming(connector, sink.format, fields)
  const saved = () => Promise.all(paths.map((path) => readCheckpointFile(`${path}.checkpoint`)))
  const lengths = (await saved()).map((checkpoint) => checkpoint?.bytes ?? 0)
  return {
    target: `file ${paths.join(', ')}`,
    checkpoints: async () => {
      const found = new Map<number, Checkpoint>()
      ;(await saved()).forEach((one, shard) => {
        if (one !== null && one.checkpoint !== null) found.set(shard, one.checkpoint)
      })
      return found
    },
    partitions: () =>
      Promise.resolve(
        paths.map((path, partition) => ({
          partition,
          start: 0,
          end: lengths[partition],
          count: null,
          batches: fileRecords(connector, sink, fields, path, header, lengths[partition]),
        })),
      ),
    placement: () => 'own file',
    close: () => Promise.resolve(),
  }
}

function fileRecords(
  connector: ConnectorConfig,
  { format }: FileSinkConfig,
  fields: readonly Field[],
  path: string,
  header: Buffer,
  length: number,
): FoundPartition['batches'] {
  if (length === 0) return recordsOfFile(path, Buffer.alloc(0), 0, findBlock, lineEnd)
  if (format !== 'avro') {
    const end = format === 'csv' ? csvEnd : lineEnd
    return recordsOfFile(path, header, length, findLines(end), end)
  }
  const { type } = valueSchema(connector, fields)
  return recordsOfFile(path, header, length, findBlock, (bytes, start, end) => {
    try {
      const { offset } = type.decode(bytes.subarray(0, end), start)
      return offset
    } catch {
      return -1
    }
  })
}

function generatorOf(connector: ConnectorConfig, model: Model, shard: number): Promise<Generator> {
  const load = (path: string): Promise<Model> => (path === connector.model ? Promise.resolve(model) : loadModel(path))
  return openConnector(connector, { load, shard })
}

async function expectedShard(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  model: Model,
  placement: Placement,
  shard: number,
  sure: number,
  end: number,
): Promise<ExpectedShard> {
  const generator = await generatorOf(connector, model, shard)
  // Reading changes nothing: a schema that nobody has registered is not registered now.
  const reading = { ...connector, value: { ...connector.value, autoRegister: false } }
  const encoder = createEncoder(reading, createRegistry(worker.registry))(generator.fields)
  await encoder.prepare()
  return new ExpectedStream(shard, connector, { generator, encoder, placement }, sure, end)
}

/** The checkpoints by shard, if they are of this stream. */
function checked(
  connector: ConnectorConfig,
  { fingerprint }: Generator,
  found: ReadonlyMap<number, Checkpoint>,
): (Checkpoint | undefined)[] {
  const { name, sinkName, tasks } = connector
  for (const [shard, checkpoint] of found) {
    const sink = sinkName === null ? {} : { sink: sinkName }
    checkCheckpoint(checkpoint, fingerprint, { connector: name, ...sink, shard, shards: tasks.max })
  }
  return Array.from({ length: tasks.max }, (_, shard) => found.get(shard))
}
