/** REST services beyond a herder, built from the parts of `genesis stream` and `genesis verify`. */
import { throwErrors } from '../config/check.js'
import { hidingSecrets, secretsIn, withoutSecretsIn } from '../config/hide-secrets.js'
import { resolveConnector } from '../config/resolve-connector.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { ConnectorOpening } from '../connector/open.js'
import { checkConnector } from '../connector/plan.js'
import { GenesisError } from '../errors.js'
import type { Planning } from '../herder/hosted-connector.js'
import { toRows } from '../model/rows.js'
import { keepsPositions } from '../sink/options.js'
import { Jobs, type JobControl } from './jobs.js'
import { modelBody } from './model-body.js'
import type { GenesisServices, VerifyResult } from './routes/genesis.js'

/** Maximum faulty records of each kind that a verification lists. */
const shownRecords = 5

export function genesisServices(planning: Planning): GenesisServices {
  const { models } = planning
  return {
    jobs: new Jobs<VerifyResult>(),
    async dryRun(name, config, records) {
      const { worker } = planning
      const raw = { name, config, file: null }
      const { connectors, errors } = await checkConnector(raw, worker, planning.env, models)
      throwErrors(errors)
      const secrets = secretsIn(raw, planning.env, worker.rest)
      // Records depend on positions, not on how those are divided among tasks.
      const connector = { ...connectors[0], tasks: { max: 1 } }
      const count = Math.min(records, connector.throughput.maxRecords ?? records)
      const load: ConnectorOpening['load'] = (source) => models.load(source)
      return hidingSecrets(secrets, async () => {
        // Loaded on demand: the main thread of a worker rarely generates.
        const { openConnector } = await import('../connector/open.js')
        const generator = await openConnector(connector, { load, shard: 0, capacity: count })
        generator.start(0)
        return toRows(generator.generate(count))
      })
    },
    model({ info }) {
      return hidingSecrets(secretsIn(info, planning.env, planning.worker.rest), async () => {
        const [connector] = resolved(info, planning)
        return modelBody(await models.load(connector.model))
      })
    },
    verify({ info }, control) {
      const secrets = secretsIn(info, planning.env, planning.worker.rest)
      return hidingSecrets(secrets, () => verify(info, control, planning, secrets))
    },
  }
}

async function verify(
  info: RawConnector,
  control: JobControl<VerifyResult>,
  planning: Planning,
  secrets: ReadonlyMap<string, string>,
): Promise<void> {
  const all = resolved(info, planning)
  const readable = all.filter(keepsPositions)
  if (readable.length === 0) {
    throw new GenesisError('USAGE', 'no sink of the connector can be read back', {
      place: `connector ${info.name}`,
      found: all.map(({ sink }) => sink.type).join(', '),
      expected: 'a kafka or file sink',
    })
  }
  // Loaded lazily: the Kafka libraries take longer to load than everything else.
  const { verifyConnector } = await import('../verify/verify-connector.js')
  const { reportJson } = await import('../verify/report.js')
  for (const connector of readable) {
    const report = await verifyConnector(connector, planning.worker, {
      shown: shownRecords,
      signal: control.signal,
      onProgress: (step, done, of) => control.progress({ step, done, of }),
    })
    control.result(withoutSecretsIn({ exact: report.exact, ...reportJson(report) }, secrets))
  }
}

function resolved(raw: RawConnector, { env, worker }: Planning): readonly ConnectorConfig[] {
  const { connectors, errors } = resolveConnector(raw, env, worker.rest)
  throwErrors(errors)
  return connectors
}

/** The id of the Kafka cluster, fetched once; null until it is available. */
export function clusterIdOf({ kafka }: Planning['worker'], timeoutMs = 2_000): () => Promise<string | null> {
  let known: string | null = null
  let asking: Promise<void> | null = null
  const ask = async (): Promise<void> => {
    const { KafkaAdmin } = await import('../kafka/admin.js')
    const admin = new KafkaAdmin({ ...kafka, connectTimeoutMs: timeoutMs, requestTimeoutMs: timeoutMs })
    try {
      known = (await admin.cluster()).clusterId
    } catch {
      // The next caller retries.
    } finally {
      await admin.close()
    }
  }
  return async () => {
    if (known !== null) return known
    asking ??= ask().finally(() => (asking = null))
    await asking
    return known
  }
}
