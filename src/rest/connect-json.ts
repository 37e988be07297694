/** A herder's results in the form of Kafka Connect's REST API (org.apache.kafka.connect.runtime.rest.entities). */
import type { RawConfig } from '../config/raw-connector.js'
import type { Role } from '../config/http-security.js'
import { flattened } from '../config/flat-keys.js'
import type { ConnectorInfo, ConnectorStatus, TaskInfo, TaskStatus } from '../herder/herder.js'
import { visibleTo } from './hidden.js'
import { taskClassOf } from './plugins.js'

export interface ConnectorInfoBody {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: 'source'
}

export function infoBody({ name, config, tasks }: ConnectorInfo, role: Role | null): ConnectorInfoBody {
  return {
    name,
    config: configBody(name, config, role),
    tasks: tasks.map((task) => ({ connector: name, task })),
    type: 'source',
  }
}

/** As sent, plus its name; for readers without plain-text secrets. */
export function configBody(name: string, config: RawConfig, role: Role | null): Readonly<Record<string, string>> {
  return visibleTo(role, { ...flattened(config), name })
}

export function statusBody({ name, state, workerId, failure, tasks }: ConnectorStatus, version: string): object {
  return {
    name,
    connector: { state, worker_id: workerId, version, ...(failure && { trace: failure.trace }) },
    tasks: tasks.map((task) => taskStatusBody(task, version)),
    type: 'source',
  }
}

export function taskStatusBody({ id, state, workerId, failure }: TaskStatus, version: string): object {
  // Connect has a trace only for FAILED.
  return { id, state, worker_id: workerId, version, ...(state === 'FAILED' && failure && { trace: failure.trace }) }
}

export function taskBody(name: string, { id, config }: TaskInfo, role: Role | null): object {
  return {
    id: { connector: name, task: id },
    config: { ...configBody(name, config, role), 'task.class': taskClassOf(config['connector.class']) },
  }
}
