/** Errors common to all herders. */
import { nearest } from '../config/nearest.js'
import { GenesisError } from '../errors.js'
import type { PlannedDelivery } from '../connector/outline.js'
import type { ConnectorStatus, RestartOptions } from './herder.js'
import type { RawConfig, RawConnector } from '../config/raw-connector.js'
import type { HostedConnector } from './hosted-connector.js'

export function notFound(name: string, names: Iterable<string>): GenesisError {
  const near = nearest(name, names)
  return new GenesisError('CONNECTOR_NOT_FOUND', 'no connector of this name', {
    found: name,
    ...(near !== undefined && { expected: `${near}, perhaps` }),
  })
}

export function noTask(name: string, task: number): GenesisError {
  return new GenesisError('TASK_NOT_FOUND', 'the connector has no such task', {
    place: `connector ${name}`,
    found: String(task),
  })
}

export function alreadyThere({ name, file }: RawConnector): GenesisError {
  const from = file === null ? 'created over REST' : `also in ${file}`
  return new GenesisError('CONNECTOR_EXISTS', 'a connector of this name already exists', {
    place: `connector ${name}`,
    found: `${name}, ${from}`,
    expected: 'a unique name',
  })
}

/** Throws CONNECTOR_READ_ONLY if it comes from a file. */
export function refuseOfFile({ name, file }: RawConnector): void {
  if (file === null) return
  throw new GenesisError('CONNECTOR_READ_ONLY', 'the connector comes from a file', {
    place: `connector ${name}`,
    found: file,
    remedy: 'Change the file: a worker with --watch applies the change.',
  })
}

/** Throws CONFIG_INVALID if another connector of this worker writes to a file that these deliveries write to. */
export function refuseSharedFile(
  name: string,
  deliveries: readonly PlannedDelivery[],
  connectors: readonly HostedConnector[],
): void {
  const files = new Set(deliveries.flatMap((delivery) => delivery.files))
  if (files.size === 0) return
  for (const other of connectors) {
    if (other.name === name || !other.deliveries.some((delivery) => delivery.files.some((file) => files.has(file))))
      continue
    throw new GenesisError('CONFIG_INVALID', 'two connectors write to the same file', {
      place: `connector ${name}: sink.path`,
      found: `a file of connector ${other.name}, too`,
      expected: 'a path of its own',
    })
  }
}

/** Throws CONNECTOR_STOPPED or TASK_NOT_FOUND if there is no such task to restart. */
export function refuseNoTask({ name, target, tasks }: HostedConnector, task: number): void {
  if (target !== 'STOPPED') {
    if (tasks.some(({ id }) => id === task)) return
    throw noTask(name, task)
  }
  throw new GenesisError('CONNECTOR_STOPPED', 'a stopped connector has no tasks to restart', {
    place: `connector ${name}`,
    remedy: `Resume it: PUT /connectors/${name}/resume.`,
  })
}

/** Throws CONNECTOR_NOT_STOPPED while tasks could use the offsets to be changed. */
export function refuseUnlessStopped({ name, target }: HostedConnector): void {
  if (target === 'STOPPED') return
  throw new GenesisError('CONNECTOR_NOT_STOPPED', 'offsets can only be changed while the connector is STOPPED', {
    place: `connector ${name}`,
    found: target,
    expected: 'STOPPED',
    remedy: `Stop it first: PUT /connectors/${name}/stop.`,
  })
}

export function stopping(): GenesisError {
  return new GenesisError('HERDER_STOPPING', 'the worker is stopping')
}

/** A configuration with some keys replaced; null removes one. */
export function patched(config: RawConfig, changes: RawConfig): RawConfig {
  const isKept = ([key, value]: [string, unknown]): boolean => !(Object.hasOwn(changes, key) && value === null)
  return Object.fromEntries(Object.entries({ ...config, ...changes }).filter(isKept))
}

/** What a restart applies to: whether the connector itself, and which tasks. */
export function restartOf(
  before: ConnectorStatus,
  { includeTasks, onlyFailed }: RestartOptions,
): { readonly connector: boolean; readonly tasks: readonly number[]; readonly status: ConnectorStatus } {
  const connector = !onlyFailed || before.state === 'FAILED'
  const tasks = before.tasks
    .filter(({ state }) => includeTasks && (!onlyFailed || state === 'FAILED'))
    .map(({ id }) => id)
  const status: ConnectorStatus = {
    ...before,
    state: connector ? 'RESTARTING' : before.state,
    tasks: before.tasks.map((task) => (tasks.includes(task.id) ? { ...task, state: 'RESTARTING' } : task)),
  }
  return { connector, tasks, status }
}
