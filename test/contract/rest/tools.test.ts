/** The calls that tools make, in the form in which their sources make them, and what they need of the answers. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startRestGroup, startRestWorker } from '../../support/rest-worker.js'
import { configOf, isIn, type Answer, type Call } from './call.js'
import { ourSide } from './oracle.js'
import { play } from './send.js'

interface ToolCall extends Call {
  /** What the tool takes for success. */
  readonly status: number
  /** What it reads of the body. */
  readonly reads?: (body: never) => boolean
}

type ToolCalls = (config: Readonly<Record<string, unknown>>) => readonly ToolCall[]

const json = { 'Content-Type': 'application/json', Accept: 'application/json' }
/** Jackson's and Gson's clients send it whatever is asked for. */
const plain = { Accept: '*/*' }

function create(config: Readonly<Record<string, unknown>>, more: Partial<ToolCall> = {}): ToolCall {
  return {
    does: 'create',
    method: 'POST',
    path: '/connectors',
    body: { name: 'c', config },
    status: 201,
    ...more,
  }
}

const running: ToolCall = {
  does: 'until it runs',
  method: 'GET',
  path: '/connectors/c/status',
  until: isIn('RUNNING'),
  status: 200,
}

const tools: Readonly<Record<string, ToolCalls>> = {
  kcctl: (config) => [
    {
      does: 'version of the worker',
      method: 'GET',
      path: '/',
      headers: json,
      status: 200,
      reads: (body: { version: string }) => typeof body.version === 'string',
    },
    { does: 'plugins', method: 'GET', path: '/connector-plugins?connectorsOnly=false', headers: json, status: 200 },
    create(config, { path: '/connectors/', headers: json }),
    running,
    {
      does: 'names',
      method: 'GET',
      path: '/connectors/',
      headers: json,
      status: 200,
      reads: (body: string[]) => body.includes('c'),
    },
    {
      does: 'expanded',
      method: 'GET',
      path: '/connectors?expand=info&expand=status',
      headers: json,
      status: 200,
      reads: (body: { c: { info: object; status: object } }) => 'info' in body.c && 'status' in body.c,
    },
    { does: 'topics', method: 'GET', path: '/connectors/c/topics', status: 200, reads: (body: object) => 'c' in body },
    { does: 'offsets', method: 'GET', path: '/connectors/c/offsets', status: 200 },
    { does: 'restart', method: 'POST', path: '/connectors/c/restart', headers: json, status: 204 },
    {
      does: 'restart with tasks',
      method: 'POST',
      path: '/connectors/c/restart?includeTasks=true&onlyFailed=false',
      headers: json,
      status: 202,
    },
    { does: 'stop', method: 'PUT', path: '/connectors/c/stop', headers: json, status: 204 },
    { ...running, does: 'until it is stopped', until: isIn('STOPPED', 0) },
    {
      does: 'patch offsets',
      method: 'PATCH',
      path: '/connectors/c/offsets',
      body: { offsets: [{ partition: { shard: 0 }, offset: { position: 7 } }] },
      status: 200,
      reads: (body: { message: string }) => body.message !== '',
    },
    { does: 'delete offsets', method: 'DELETE', path: '/connectors/c/offsets', headers: json, status: 200 },
    { does: 'loggers', method: 'GET', path: '/admin/loggers', status: 200 },
    {
      does: 'level for all',
      method: 'PUT',
      path: '/admin/loggers/a.logger?scope=cluster',
      body: { level: 'DEBUG' },
      status: 204,
    },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', headers: json, status: 204 },
  ],
  'kafbat UI': (config) => [
    create(config),
    running,
    {
      does: 'all with their states',
      method: 'GET',
      path: '/connectors?expand=info&expand=status',
      status: 200,
      // KafkaConnectMapper.fromClient requires both, and finds the tasks of the one by the ids of the other.
      reads: (body: { c: { info: { tasks: { task: number }[] }; status: { tasks: { id: number }[] } } }) =>
        body.c.info.tasks[0].task === body.c.status.tasks[0].id,
    },
    { does: 'tasks', method: 'GET', path: '/connectors/c/tasks', status: 200 },
    {
      does: 'status of a task',
      method: 'GET',
      path: '/connectors/c/tasks/0/status',
      status: 200,
      reads: (body: { state: string }) => body.state === 'RUNNING',
    },
    { does: 'restart of a task', method: 'POST', path: '/connectors/c/tasks/0/restart', status: 204 },
    {
      does: 'restart, both flags off',
      method: 'POST',
      path: '/connectors/c/restart?includeTasks=false&onlyFailed=false',
      status: 204,
    },
    { does: 'reset of offsets while it runs', method: 'DELETE', path: '/connectors/c/offsets', status: 400 },
    { does: 'stop', method: 'PUT', path: '/connectors/c/stop', status: 204 },
    { does: 'reset of offsets', method: 'DELETE', path: '/connectors/c/offsets', status: 200 },
    { does: 'reset of offsets of an unknown one', method: 'DELETE', path: '/connectors/x/offsets', status: 404 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', status: 204 },
  ],
  AKHQ: (config) => [
    {
      does: 'plugins',
      method: 'GET',
      path: '/connector-plugins',
      headers: plain,
      status: 200,
      reads: (body: { class: string; type: string }[]) => body.every(({ type }) => type === 'source'),
    },
    {
      does: 'validate with class and topics alone',
      method: 'PUT',
      path: `/connector-plugins/${String(config['connector.class'])}/config/validate`,
      body: { 'connector.class': config['connector.class'], topics: 'getPlugins' },
      status: 200,
      reads: (body: { configs: { definition: { type: string; importance: string; group: string } }[] }) =>
        body.configs.every(({ definition: { type, importance } }) => type !== '' && importance !== ''),
    },
    create(config),
    running,
    { does: 'pause', method: 'PUT', path: '/connectors/c/pause', body: '', status: 202 },
    { does: 'resume', method: 'PUT', path: '/connectors/c/resume', body: '', status: 202 },
    { does: 'restart', method: 'POST', path: '/connectors/c/restart', body: '', status: 204 },
    { does: 'update', method: 'PUT', path: '/connectors/c/config', body: config, status: 200 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', status: 204 },
  ],
  'Redpanda Console': (config) => [
    create(config),
    running,
    {
      does: 'states',
      method: 'GET',
      path: '/connectors?expand=info&expand=status',
      status: 200,
      // getHolisticStateFromConnector: HEALTHY is RUNNING with tasks, all of them RUNNING.
      reads: (body: { c: { status: { connector: { state: string }; tasks: { state: string }[] } } }) => {
        const { connector, tasks } = body.c.status
        return connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING')
      },
    },
    {
      does: 'restart, both flags on',
      method: 'POST',
      path: '/connectors/c/restart?includeTasks=true&onlyFailed=true',
      status: 202,
    },
    { does: 'topics', method: 'GET', path: '/connectors/c/topics', status: 200 },
    { does: 'reset of topics', method: 'PUT', path: '/connectors/c/topics/reset', status: 202 },
    { does: 'stop', method: 'PUT', path: '/connectors/c/stop', status: 204 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', status: 204 },
  ],
  'Landoop UI': (config) => [
    { does: 'plugins', method: 'GET', path: '/connector-plugins/', status: 200 },
    create(config),
    running,
    { does: 'update', method: 'PUT', path: '/connectors/c/config', body: { ...config, seed: '1' }, status: 200 },
    { does: 'pause', method: 'PUT', path: '/connectors/c/pause', headers: json, status: 202 },
    { does: 'resume', method: 'PUT', path: '/connectors/c/resume', headers: json, status: 202 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', headers: json, status: 204 },
  ],
  'Terraform (Mongey)': (config) => [
    create({ ...config, name: 'c' }),
    {
      does: 'read back',
      method: 'GET',
      path: '/connectors/c',
      status: 200,
      reads: (body: { config: object }) =>
        String(Object.keys(body.config).sort()) === String([...Object.keys(normalized(config)), 'name'].sort()),
    },
    { does: 'update', method: 'PUT', path: '/connectors/c/config', body: { ...config, name: 'c' }, status: 200 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', status: 204 },
    { does: 'gone', method: 'GET', path: '/connectors/c', status: 404 },
  ],
  'Strimzi, Confluent for Kubernetes': (config) => [
    { does: 'create by put', method: 'PUT', path: '/connectors/c/config', body: config, headers: json, status: 201 },
    running,
    { does: 'config', method: 'GET', path: '/connectors/c/config', status: 200 },
    { does: 'an equal put', method: 'PUT', path: '/connectors/c/config', body: config, headers: json, status: 200 },
    { does: 'pause', method: 'PUT', path: '/connectors/c/pause', body: '', headers: json, status: 202 },
    { does: 'resume', method: 'PUT', path: '/connectors/c/resume', body: '', headers: json, status: 202 },
    { does: 'stop', method: 'PUT', path: '/connectors/c/stop', body: '', headers: json, status: 204 },
    { does: 'offsets', method: 'GET', path: '/connectors/c/offsets', status: 200 },
    { does: 'loggers', method: 'GET', path: '/admin/loggers/', status: 200 },
    { does: 'level', method: 'PUT', path: '/admin/loggers/root?scope=cluster', body: { level: 'WARN' }, status: 204 },
    { does: 'delete', method: 'DELETE', path: '/connectors/c', status: 204 },
    { does: 'delete again', method: 'DELETE', path: '/connectors/c', status: 404 },
  ],
  'health checkers': () => [
    { does: 'health', method: 'GET', path: '/health', headers: plain, status: 200 },
    { does: 'root', method: 'GET', path: '/', headers: plain, status: 200 },
  ],
}

/** Names that send.ts gives what differs between sides. */
function normalized(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { model, 'value.format': format, ...rest } = config
  return { ...rest, ...(model !== undefined && format !== undefined && { '<own>': '' }) }
}

toolCalls('a worker', startRestWorker)
toolCalls('a group of workers', startRestGroup)

function toolCalls(who: string, start: typeof startRestGroup): void {
  describe(`${who} serves the calls of`, () => {
    for (const [tool, callsOf] of Object.entries(tools)) {
      test(tool, async (t) => {
        const { server, started } = await start(t)
        const side = ourSide(await server.listen({ host: '127.0.0.1', port: 0 }))
        const calls = callsOf(configOf(side))
        const answers = await play(side, { name: tool, calls: () => calls })
        for (const { does, status, reads } of calls) {
          const { body, ...answer } = answers.get(does) as Answer
          assert.equal(answer.status, status, `${does}: ${JSON.stringify(body)}`)
          if (reads !== undefined) assert.ok(reads(body as never), `${does}: ${JSON.stringify(body)}`)
        }
        if (tool.startsWith('Strimzi')) assert.equal(started().length, 2, 'an equal put starts no task')
      })
    }
  })
}
