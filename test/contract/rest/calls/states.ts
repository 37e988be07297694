import { moreOfTasks } from './connectors.js'
import { configOf, hasStatus, isIn, isPaused, pausedWithTasks, type Call, type Scenario } from '../call.js'

const states: Scenario = {
  name: 'states',
  calls: (side) => {
    const call = (does: string, method: string, path: string, more: Partial<Call> = {}): Call => ({
      does,
      method,
      path: `/connectors/c${path}`,
      ...more,
    })
    const reaches = (does: string, state: string, tasks = 1): Call =>
      call(does, 'GET', '/status', { until: isIn(state, tasks) })
    const json = { headers: { 'Content-Type': 'application/json' } }
    return [
      { does: 'create', method: 'POST', path: '/connectors', body: { name: 'c', config: configOf(side) } },
      reaches('running', 'RUNNING'),
      call('pause', 'PUT', '/pause'),
      reaches('paused', 'PAUSED'),
      call('pause again', 'PUT', '/pause', json),
      call('tasks while paused', 'GET', '/tasks', { differs: moreOfTasks }),
      call("task's status while paused", 'GET', '/tasks/0/status'),
      call('restart while paused', 'POST', '/restart'),
      reaches('paused still', 'PAUSED'),
      call('resume', 'PUT', '/resume', json),
      reaches('resumed', 'RUNNING'),
      call('resume again', 'PUT', '/resume'),
      call('pause with a body', 'PUT', '/pause', { body: { a: 1 } }),
      // Connect answers 500 to a restart that meets a pause which a resume has overtaken.
      reaches('paused by the one with a body', 'PAUSED'),
      call('resume with a broken body', 'PUT', '/resume', { body: '{' }),
      reaches('running again', 'RUNNING'),
      call('restart', 'POST', '/restart', json),
      call('restart, empty body', 'POST', '/restart', { body: '' }),
      call('restart, neither', 'POST', '/restart?includeTasks=false&onlyFailed=false'),
      call('restart, includeTasks of nothing that is known', 'POST', '/restart?includeTasks=bogus'),
      call('restart, unknown parameter', 'POST', '/restart?bogus=1'),
      reaches('running before a restart with tasks', 'RUNNING'),
      call('restart with tasks', 'POST', '/restart?includeTasks=true&onlyFailed=false', { shape: 'fields' }),
      reaches('running after a restart with tasks', 'RUNNING'),
      call('restart what failed', 'POST', '/restart?includeTasks=true&onlyFailed=true', { shape: 'fields' }),
      call('restart, onlyFailed alone', 'POST', '/restart?onlyFailed=true', { shape: 'fields' }),
      call('restart in capitals', 'POST', '/restart?includeTasks=TRUE', { shape: 'fields' }),
      reaches('running before a restart of a task', 'RUNNING'),
      call('restart of a task', 'POST', '/tasks/0/restart'),
      call('restart of a task that is not there', 'POST', '/tasks/9/restart'),
      call('restart of a task that is no number', 'POST', '/tasks/x/restart'),
      reaches('running before the stop', 'RUNNING'),
      call('stop', 'PUT', '/stop'),
      reaches('stopped', 'STOPPED', 0),
      call('stop again', 'PUT', '/stop', json),
      call('info while stopped', 'GET', ''),
      call('tasks while stopped', 'GET', '/tasks', { until: ({ body }) => (body as unknown[]).length === 0 }),
      call("task's status while stopped", 'GET', '/tasks/0/status', { until: hasStatus(404) }),
      call('restart while stopped', 'POST', '/restart'),
      call('restart with tasks while stopped', 'POST', '/restart?includeTasks=true', { shape: 'types' }),
      reaches('stopped still', 'STOPPED', 0),
      call('restart of a task while stopped', 'POST', '/tasks/0/restart'),
      call('pause while stopped', 'PUT', '/pause'),
      call('paused from stopped', 'GET', '/status', { until: isPaused, differs: pausedWithTasks }),
      call('resume to the end', 'PUT', '/resume'),
      reaches('resumed to the end', 'RUNNING'),
      call('delete', 'DELETE', ''),
      call('gone', 'GET', '/status', { until: hasStatus(404) }),
    ]
  },
}

const nullOrNone = {
  why: 'Connect has no offsets here, or null ones, as its reader of the offset topic happens to be.',
  answer: { body: { offsets: [] } },
  sometimes: true,
} as const

const offsets: Scenario = {
  name: 'offsets',
  calls: (side) => {
    const path = '/connectors/c/offsets'
    const some = { offsets: [{ partition: side.partition, offset: side.offset }] }
    const patch = (does: string, body: unknown): Call => ({ does: `patch ${does}`, method: 'PATCH', path, body })
    const stop: Call[] = [
      { does: 'stop', method: 'PUT', path: '/connectors/c/stop' },
      { does: 'stopped', method: 'GET', path: '/connectors/c/status', until: isIn('STOPPED', 0) },
    ]
    return [
      { does: 'create', method: 'POST', path: '/connectors', body: { name: 'c', config: configOf(side) } },
      { does: 'running', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
      {
        does: 'offsets of one that runs',
        method: 'GET',
        path,
        until: ({ body }) => (body as typeof some).offsets.length === 1,
      },
      patch('while it runs', some),
      { does: 'delete while it runs', method: 'DELETE', path },
      { does: 'pause', method: 'PUT', path: '/connectors/c/pause' },
      { does: 'paused', method: 'GET', path: '/connectors/c/status', until: isIn('PAUSED') },
      patch('while paused', some),
      { does: 'delete while paused', method: 'DELETE', path },
      ...stop,
      patch('empty', ''),
      patch('null', 'null'),
      patch('an empty object', {}),
      patch('a list', []),
      patch('no offsets', { offsets: [] }),
      patch('offsets of null', { offsets: null }),
      patch('offsets of an object', { offsets: {} }),
      patch('unknown field', { ...some, bogus: 1 }),
      patch('no partition', { offsets: [{ offset: side.offset }] }),
      patch('a partition that it does not have', {
        offsets: [{ partition: side.wrongPartition, offset: side.offset }],
      }),
      patch('an offset that is none', { offsets: [{ partition: side.partition, offset: side.wrongOffset }] }),
      {
        ...patch('a partition twice', { offsets: [...some.offsets, ...some.offsets] }),
        differs: {
          why: 'Which of two offsets is meant would be a guess.',
          answer: { status: 500, body: { error_code: 500, message: '<string>' } },
        },
      },
      { ...patch('', some), does: 'patch', until: hasStatus(200) },
      { does: 'offsets after the patch', method: 'GET', path },
      patch('a partition away', { offsets: [{ partition: side.partition, offset: null }] }),
      { does: 'offsets after the partition went', method: 'GET', path, differs: nullOrNone },
      { ...patch('once more', some), until: hasStatus(200) },
      { does: 'delete', method: 'DELETE', path, until: hasStatus(200) },
      {
        does: 'offsets after the reset',
        method: 'GET',
        path,
        differs: nullOrNone,
      },
      { does: 'delete again', method: 'DELETE', path },
      { ...patch('before the connector goes', some), until: hasStatus(200) },
      { does: 'delete the connector', method: 'DELETE', path: '/connectors/c' },
      { does: 'gone', method: 'GET', path, until: hasStatus(404) },
      {
        does: 'create it again',
        method: 'POST',
        path: '/connectors',
        body: { name: 'c', config: configOf(side), initial_state: 'STOPPED' },
      },
      { does: 'its offsets are there', method: 'GET', path },
      { does: 'delete the offsets', method: 'DELETE', path, until: hasStatus(200) },
      { does: 'delete the connector again', method: 'DELETE', path: '/connectors/c' },
    ]
  },
}

export const stateScenarios = [states, offsets]
