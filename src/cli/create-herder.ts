import { hostname } from 'node:os'
import type { WorkerConfig } from '../config/worker.js'
import type { DeliveryOutline } from '../connector/outline.js'
import type { GenesisError } from '../errors.js'
import { ConnectorFolder, memoryStore } from '../herder/connector-folder.js'
import type { FileTarget } from '../herder/file-source.js'
import type { Herder } from '../herder/herder.js'
import type { Planning } from '../herder/hosted-connector.js'
import { positionStore } from '../herder/positions.js'
import type { Loggers } from '../herder/loggers.js'
import { StandaloneHerder } from '../herder/standalone.js'
import type { Failure, State } from '../runtime/task-events.js'
import type { Worker } from '../runtime/worker.js'
import type { RunReport } from './run-report.js'

/** How often positions and rates are published to the group, ms. */
const progressMs = 5_000

/** A herder that `genesis run` starts and stops. */
export interface RunningHerder extends Herder, FileTarget {
  /** Hosts the stored connectors, and joins the group. */
  start(): Promise<void>
  /** Stops all tasks. True: all stopped within the shutdown deadline. */
  close(): Promise<boolean>
  /** Resolves when nothing more can happen without outside action. */
  ended(): Promise<void>
  taskChanged(delivery: DeliveryOutline, shard: number, state: State, failure: Failure | null, retryInMs: number): void
}

/** What the program gives its herder. */
export interface HerderSurroundings {
  readonly worker: Worker
  readonly planning: Planning
  readonly report: RunReport
  readonly loggers: Loggers
  /** The port REST listens on; null: not listening yet. */
  readonly port: () => number | null
}

/** A member of a group if the worker is configured as one, otherwise a standalone herder. */
export async function createHerder(surroundings: HerderSurroundings): Promise<RunningHerder> {
  const { worker, planning, report, loggers, port } = surroundings
  const { worker: config } = planning
  const positions = positionStore(config)
  const workerId = (): string => workerIdOf(config, port())
  const own = { workerId, worker, planning, positions, loggers }
  if (!config.group.enabled) {
    const store = config.connectorsPath === null ? memoryStore : new ConnectorFolder(config.connectorsPath)
    return new StandaloneHerder({ ...own, store })
  }
  // Loaded lazily: the Kafka libraries take longer to load than everything else.
  const [{ DistributedHerder }, { KafkaStore }, { GroupMembership }, { protocolName, protocolType }] =
    await Promise.all([
      import('../herder/distributed/distributed.js'),
      import('../kafka/kafka-store.js'),
      import('../kafka/group-membership.js'),
      import('../herder/distributed/group-protocol.js'),
    ])
  const { group, kafka, configStorage, statusStorage } = config
  const storeOf = ({ topic, replicationFactor }: WorkerConfig['configStorage'], isExpendable: boolean) => {
    const onTrouble = (error: GenesisError | null): void => {
      if (error === null) report.info(`topic ${topic} is readable again`)
      else report.warn(error.code, `${error.message}; this worker's view of topic ${topic} is going stale`)
    }
    return new KafkaStore(kafka, { topic, creation: { replicationFactor }, isExpendable, onTrouble })
  }
  return new DistributedHerder({
    ...own,
    configStore: storeOf(configStorage, false),
    statusStore: storeOf(statusStorage, true),
    membership: (handlers) => {
      const options = {
        groupId: group.id,
        type: protocolType,
        name: protocolName,
        sessionTimeoutMs: group.sessionTimeoutMs,
        rebalanceTimeoutMs: group.rebalanceTimeoutMs,
        heartbeatMs: group.heartbeatMs,
      }
      return new GroupMembership(kafka, options, handlers)
    },
    lostWorkerDelayMs: group.lostWorkerDelayMs,
    progressMs,
    trouble: (error) => {
      if (error === null) report.info(`rejoined group ${group.id}`)
      else report[error.retriable ? 'warn' : 'error'](error.code, `${error.message} (${error.code})`)
    },
    note: (message) => report.warn('RECORD_IGNORED', message),
  })
}

/** How workers of a group tell each other apart: by port, or without one by process. */
function workerIdOf({ http, advertised, group }: WorkerConfig, port: number | null): string {
  const isEverywhere = http.host === '0.0.0.0' || http.host === '::'
  const host = advertised.host ?? (group.enabled && (isEverywhere || !http.enabled) ? hostname() : http.host)
  return `${host}:${advertised.port ?? port ?? (group.enabled ? process.pid : http.port)}`
}
