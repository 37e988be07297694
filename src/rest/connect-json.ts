/** A herder's results in the form of Kafka Connect's REST API (org.apache.kafka.connect.runtime.rest.entities). */
import type { RawConfig } from '../config/raw-connector.js'
import { flattened } from '../config/flat-keys.js'
import type { ConnectorInfo, ConnectorStatus, TaskInfo, TaskStatus } from '../herder/herder.js'
import { taskClassOf } from './plugins.js'

export interface ConnectorInfoBody {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: 'source'
}

export function infoBody({ name, config, tasks }: ConnectorInfo): ConnectorInfoBody {
  return {
    name,
    config: configBody(name, config),
    tasks: tasks.map((task) => ({ connector: name, task })),
    type: 'source',
  }
}

/** As sent, plus its name. */
export function configBody(name: string, config: RawConfig): Readonly<Record<string, string>> {
  return { ...flattened(config), name }
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

export function taskBody(name: string, { id, config }: TaskInfo): object {
  return {
    id: { connector: name, task: id },
    config: { ...configBody(name, config), 'task.class': taskClassOf(config['connector.class']) },
  }
}
