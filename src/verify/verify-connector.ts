import type { ConnectorConfig } from '../config/connector.js'
import { disturbKinds } from '../config/disturb.js'
import type { DisturbConfig } from '../config/disturb.js'
import type { WorkerConfig } from '../config/worker.js'
import { createEncoder } from '../encode/create.js'
import { createRegistry, type Registry } from '../encode/registry.js'
import { resolveSubject } from '../encode/subject.js'
import { valueSubject } from '../encode/value-formats.js'
import { GenesisError } from '../errors.js'
import type { Generator } from '../model/generator.js'
import { loadModel } from '../model/load.js'
import type { ModelSource } from '../model/model-files.js'
import type { Model } from '../model/model.js'
import { openConnector } from '../connector/open.js'
import type { Checkpoint, Field } from '../record.js'
import { checkCheckpoint } from '../sink/check-checkpoint.js'
import { compare } from './match/compare.js'
import type { CompareOptions } from './match/compare.js'
import { openFiles } from './delivered-files.js'
import { openTopic } from './delivered-topic.js'
import type { TopicOptions } from './readable.js'
import { ExpectedStream } from './expected-stream.js'
import type { Placement } from './expected-stream.js'
import { countExpected, foundWithLabels, noKinds, withLabels } from './labels.js'
import type { KindCounts } from './labels.js'
import type { VerifyReport } from './report.js'
import type { ExpectedShard } from './match/expected-and-found.js'
import { foundWithId, lostIds, resolveIds } from './schema-ids.js'
import { foundWithoutFields, orNothing, withoutFields } from './skip-fields.js'
import { stripperOf, unrepeatableFields } from './strip-value.js'

export type VerifyOptions = Pick<CompareOptions, 'shown' | 'signal'> & {
  /** Called now and then with how many records were found, out of about how many (null: unknown). */
  readonly onProgress?: (step: 'compare' | 'explain', done: number, of: number | null) => void
  /** How long to wait for another producer's transaction that blocks reading, in ms; default 60,000. */
  readonly waitMs?: number
  /** Called repeatedly while waiting, with what is waited for. */
  readonly onWait?: TopicOptions['onWait']
}

/** The transaction timeout of most producers: after it, the coordinator aborts abandoned ones. */
const defaultWaitMs = 60_000

/**
 * Compares what a connector has delivered (a topic as a read_committed reader sees it, or a file sink's files) with
 * its stream up to its checkpoints. Throws CHECKPOINT_INVALID if the checkpoints belong to another stream; and the errors of
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
    throw new GenesisError('USAGE', `what a ${sink.type} sink sends cannot be read back`, {
      place: connector.file ?? connector.name,
      expected: 'a connector with a kafka or file sink',
    })
  }
  const began = performance.now()
  const first = await generatorOf(connector, model, 0)
  const delivered =
    sink.type === 'kafka'
      ? await openTopic(connector, worker, { waitMs: defaultWaitMs, ...options })
      : await openFiles(connector, sink, first.fields)
  try {
    const before = checked(connector, first, await delivered.checkpoints())
    const { partitions, unreadable } = await delivered.partitions()
    // The later checkpoints cover the records found before, even if the connector is running meanwhile.
    const after = await delivered.checkpoints()
    const skipped = unrepeatableFields(model)
    const hasTimestamps = sink.type === 'kafka' && connector.timestamp !== null
    const skippedTimestamps = hasTimestamps && skipped.includes(connector.timestamp)
    const compared = skippedTimestamps ? { ...connector, timestamp: null } : connector
    const shards: ExpectedShard[] = []
    for (let shard = 0; shard < connector.tasks.max; shard++) {
      const sure = before[shard]?.position ?? shard
      const end = Math.max(sure, after.get(shard)?.position ?? 0)
      const placement = delivered.placement(after.get(shard) ?? before[shard])
      shards.push(await expectedShard(compared, worker, model, placement, shard, sure, end))
    }
    const stripper = skipped.length > 0 ? stripperOf(connector, first.fields, skipped) : null
    const isMalformed = (connector.disturb?.probabilities.malformed ?? 0) > 0
    const strip = stripper !== null && isMalformed ? orNothing(stripper) : stripper
    const of = partitions.reduce(
      (sum, { count }) => (sum === null || count === null ? null : sum + count),
      0 as number | null,
    )
    const found = noKinds()
    const registry = createRegistry(worker.registry)
    const id = sink.type === 'kafka' ? await valueId(connector, first.fields, registry) : null
    const otherIds = new Map<number, number>()
    const isLabelled = (connector.disturb !== null || connector.headers.length > 0) && sink.type === 'kafka'
    const comparison = await compare(
      shards
        .map((shard) => (strip === null ? shard : withoutFields(strip, shard)))
        .map((shard) => (isLabelled ? withLabels(shard) : shard)),
      partitions
        .map((partition) => (id === null ? partition : foundWithId(id, otherIds, partition)))
        .map((partition) => (strip === null ? partition : foundWithoutFields(strip, partition)))
        .map((partition) => (isLabelled ? foundWithLabels(partition, found) : partition)),
      {
        timestamps: hasTimestamps && !skippedTimestamps,
        shown: options.shown,
        signal: options.signal,
        onProgress: (progress) => {
          if (progress.step === 'compare') options.onProgress?.('compare', progress.found, of)
          else options.onProgress?.('explain', progress.made, progress.of)
        },
      },
    )
    const sent = comparison.found > 0 || before.some((checkpoint) => checkpoint !== undefined)
    const schemaIds = id === null || registry === null ? [] : await resolveIds(id, otherIds, registry)
    const hidden = unreadable.filter(({ records }) => records > 0)
    return {
      connector: connector.name,
      sink: connector.sinkName,
      target: delivered.target,
      exact:
        sent &&
        hidden.length === 0 &&
        lostIds(schemaIds).length === 0 &&
        Object.values(comparison.counts).every((count) => count === 0),
      sent,
      unreadable: hidden,
      schemaIds,
      ...comparison,
      shards: shards.map(({ shard, sure }) => ({ shard, checkpoint: before[shard] === undefined ? null : sure })),
      partitions: partitions.map(({ partition, start, end }) => ({ partition, start, end })),
      skippedFields: skipped,
      skippedTimestamps,
      disturbed: connector.disturb === null ? null : disturbedOf(connector.disturb, shards, isLabelled ? found : null),
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    await delivered.close()
  }
}

/** Deliberate faults: how many there should be, and how many are labelled. */
function disturbedOf(
  disturb: DisturbConfig,
  shards: readonly ExpectedShard[],
  found: KindCounts | null,
): VerifyReport['disturbed'] {
  const expected = noKinds()
  for (const shard of shards) countExpected(expected, disturb, shard, shard.sure)
  return disturbKinds.map((kind) => ({ kind, expected: expected[kind], found: found === null ? null : found[kind] }))
}

function generatorOf(connector: ConnectorConfig, model: Model, shard: number): Promise<Generator> {
  const load = (source: ModelSource): Promise<Model> =>
    source === connector.model ? Promise.resolve(model) : loadModel(source)
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
  // Reading must change nothing: an unregistered schema stays unregistered.
  const reading = { ...connector, value: { ...connector.value, autoRegister: false } }
  const encoder = createEncoder(reading, createRegistry(worker.registry))(generator.fields)
  await encoder.prepare()
  return new ExpectedStream(shard, connector, { generator, encoder, placement }, sure, end)
}

/** The id that the registry has for the schema of the values; null: they have none. Registers nothing. */
async function valueId(
  connector: ConnectorConfig,
  fields: readonly Field[],
  registry: Registry | null,
): Promise<number | null> {
  const subject = valueSubject(connector, fields)
  return subject === null ? null : (await resolveSubject({ ...subject, autoRegister: false }, registry)).id
}

/** The checkpoints by shard, if they belong to this stream. */
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
