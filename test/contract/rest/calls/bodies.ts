import { configOf, isIn, isPaused, pausedWithTasks, type Call, type Scenario } from '../call.js'

/** What is created from what is odd, malformed or missing. */
const creation: Scenario = {
  name: 'bodies of a creation',
  calls: (side) => {
    const post = (does: string, body: unknown, more: Partial<Call> = {}): Call => ({
      does,
      method: 'POST',
      path: '/connectors',
      body,
      ...more,
    })
    const config = configOf(side)
    const stopped = { initial_state: 'STOPPED' }
    const remove = (does: string): Call => ({ does, method: 'DELETE', path: '/connectors/c' })
    return [
      post('empty', ''),
      post('null', 'null'),
      post('half an object', '{"name":'),
      post('not JSON', 'name=c'),
      post('a list', '[]'),
      post('a string', '"c"'),
      post('a number', '7'),
      post('an empty object', '{}'),
      post('no config', { name: 'c' }),
      post('config of null', { name: 'c', config: null }),
      post('config of a list', { name: 'c', config: [] }),
      post('config of a string', { name: 'c', config: 'a' }),
      post('empty config', { name: 'c', config: {} }),
      post('unknown field', { name: 'c', config, bogus: 1 }),
      post('no class', { name: 'c', config: { ...config, 'connector.class': undefined } }),
      post('unknown class', { name: 'c', config: { ...config, 'connector.class': 'com.example.Nothing' } }),
      post('empty class', { name: 'c', config: { ...config, 'connector.class': '' } }),
      post('no topic', { name: 'c', config: { ...config, topic: undefined } }),
      post('tasks.max of 0', { name: 'c', config: { ...config, 'tasks.max': '0' } }),
      post('tasks.max that is no number', { name: 'c', config: { ...config, 'tasks.max': 'many' } }),
      post('another name in the config', { name: 'c', config: { ...config, name: 'd' } }),
      post('a value of an object', { name: 'c', config: { ...config, 'x.a': { b: 1 } } }),
      post('a value of a list', { name: 'c', config: { ...config, 'x.a': ['b'] } }),
      post('a value of null', { name: 'c', config: { ...config, 'x.a': null } }),
      post('unknown initial state', { name: 'c', config, initial_state: 'BOGUS' }),
      post('empty initial state', { name: 'c', config, initial_state: '' }),
      post('initial state of a number', { name: 'c', config, initial_state: 1 }),
      post('nested without end', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
      post('text/plain', JSON.stringify({ name: 'c', config }), { headers: { 'Content-Type': 'text/plain' } }),
      post('a form', 'name=c', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
      post('text/json', JSON.stringify({ name: 'c', config }), { headers: { 'Content-Type': 'text/json' } }),
      post('no content type', JSON.stringify({ name: 'd', config, ...stopped }), { headers: { 'Content-Type': '' } }),
      post('a content type that is none', '{}', { headers: { 'Content-Type': 'json' } }),
      { does: 'nothing was made', method: 'GET', path: '/connectors' },
      post('scalars that are no strings', {
        name: 'c',
        config: { ...config, 'tasks.max': 1, 'x.flag': true, 'x.half': 0.5 },
        ...stopped,
      }),
      remove('delete 1'),
      post(
        'numbers as they were written',
        `{"name":"c","initial_state":"STOPPED","config":{${JSON.stringify(config).slice(1, -1)},"x.a":1.0,"x.b":1e3,"x.c":12345678901234567890,"x.d":-0}}`,
      ),
      remove('delete 2'),
      post('the same name in the config', { name: 'c', config: { ...config, name: 'c' }, ...stopped }),
      remove('delete 3'),
      post('odd keys', { name: 'c', config: { ...config, 'x.ü': 'ü', '': 'empty', 'x y': ' z ' }, ...stopped }),
      remove('delete 4'),
      post('empty value', { name: 'c', config: { ...config, 'x.empty': '' }, ...stopped }),
      remove('delete 5'),
      post('a key twice', `{"name":"c","name":"c",${JSON.stringify({ config, ...stopped }).slice(1)}`),
      remove('delete 6'),
      post('initial state in lower case', { name: 'c', config, initial_state: 'paused' }),
      {
        does: 'paused',
        method: 'GET',
        path: '/connectors/c/status',
        until: isPaused,
        differs: pausedWithTasks,
      },
      remove('delete 7'),
      post('initial state of null', { name: 'c', config, initial_state: null }),
      { does: 'running', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
      remove('delete 8'),
      post('initial state STOPPED', { name: 'c', config, ...stopped }),
      { does: 'stopped', method: 'GET', path: '/connectors/c/status', until: isIn('STOPPED', 0) },
      { does: 'tasks while stopped', method: 'GET', path: '/connectors/c/tasks' },
      { does: 'info while stopped', method: 'GET', path: '/connectors/c' },
      { does: "task's status while stopped", method: 'GET', path: '/connectors/c/tasks/0/status' },
      remove('delete 9'),
      post('charset in the content type', JSON.stringify({ name: 'c', config, ...stopped }), {
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
      }),
      remove('delete 10'),
      post('content type in capitals', JSON.stringify({ name: 'c', config, ...stopped }), {
        headers: { 'Content-Type': 'Application/JSON' },
      }),
      remove('delete 11'),
      post('accepts anything', { name: 'c', config, ...stopped }, { headers: jsonAnd({ Accept: '*/*' }) }),
      remove('delete 12'),
      post('accepts HTML alone', { name: 'c', config, ...stopped }, { headers: jsonAnd({ Accept: 'text/html' }) }),
      { does: 'nothing is left', method: 'GET', path: '/connectors' },
    ]
  },
}

const changes: Scenario = {
  name: 'bodies of a change',
  calls: (side) => {
    const config = configOf(side)
    const put = (does: string, body: unknown, name = 'c'): Call => ({
      does: `put ${does}`,
      method: 'PUT',
      path: `/connectors/${name}/config`,
      body,
    })
    const patch = (does: string, body: unknown): Call => ({
      does: `patch ${does}`,
      method: 'PATCH',
      path: '/connectors/c/config',
      body,
    })
    return [
      { does: 'create by put', method: 'PUT', path: '/connectors/c/config', body: config },
      { does: 'running', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
      put('empty', ''),
      put('null', 'null'),
      put('half an object', '{"a":'),
      put('a list', '[]'),
      put('an empty object', '{}'),
      put('as a creation', { name: 'c', config }),
      put('another name', { ...config, name: 'd' }),
      put('no class', { ...config, 'connector.class': undefined }),
      put('another class', { ...config, 'connector.class': 'com.example.Nothing' }),
      put('a value of null', { ...config, 'x.a': null }),
      put('a value of an object', { ...config, 'x.a': {} }),
      put('tasks.max that is no number', { ...config, 'tasks.max': 'many' }),
      put('of an unknown name that is wrong', { a: 'b' }, 'unknown'),
      put('with a name of spaces around', { ...config, name: ' c ' }),
      patch('empty', ''),
      patch('null', 'null'),
      patch('an empty object', '{}'),
      patch('a list', '[]'),
      patch('a value of an object', { 'x.a': {} }),
      patch('a key that is not there away', { 'x.nothing': null }),
      patch('a needed key away', { topic: null }),
      patch('the class away', { 'connector.class': null }),
      patch('the same name', { name: 'c' }),
      {
        ...patch('another name', { name: 'd' }),
        differs: {
          why: 'In Connect the connector c has a configuration named d from then on, which no PUT accepts.',
          answer: { status: 400, body: { error_code: 400, message: '<string>' } },
        },
      },
      patch('the name away', { name: null }),
      {
        does: 'config in the end',
        method: 'GET',
        path: '/connectors/c/config',
        differs: {
          why: 'The name is still that of the connector.',
          answer: {
            body: { '<own>': '<as sent>', 'connector.class': '<class>', name: 'c', 'tasks.max': '1', topic: '<topic>' },
          },
        },
      },
      { does: 'delete', method: 'DELETE', path: '/connectors/c' },
      { does: 'list in the end', method: 'GET', path: '/connectors' },
    ]
  },
}

function jsonAnd(headers: Record<string, string>): Record<string, string> {
  return { 'Content-Type': 'application/json', ...headers }
}

export const bodyScenarios = [creation, changes]
