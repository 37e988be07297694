import { configOf, hasStatus, isIn, type Call, type Difference, type Scenario, type Side } from '../call.js'

/** What makes a task this one is in its configuration. */
export const moreOfTasks: Difference = {
  why: 'A task says its shard, which its positions, offsets and metrics go by.',
  answer: {
    body: [
      {
        config: {
          '<own>': '<as sent>',
          'connector.class': '<class>',
          name: 'c',
          'task.class': '<string>',
          'task.shard': '0',
          'task.shards': '1',
          'tasks.max': '1',
          topic: '<topic>',
        },
        id: { connector: 'c', task: 0 },
      },
    ],
  },
}

/** The life of one connector, as every tool goes through it. */
const everyday: Scenario = {
  name: 'everyday',
  calls: (side) => [
    {
      does: 'root',
      method: 'GET',
      path: '/',
      differs: {
        why: 'Our own version is there too; `version` is that of Connect, which clients compare.',
        answer: {
          body: { commit: '<string>', genesis_version: '<string>', kafka_cluster_id: '<string>', version: '<string>' },
        },
      },
    },
    { does: 'health', method: 'GET', path: '/health' },
    { does: 'list of none', method: 'GET', path: '/connectors' },
    { does: 'list of none, expanded', method: 'GET', path: '/connectors?expand=status&expand=info' },
    { does: 'create', method: 'POST', path: '/connectors', body: { name: 'c', config: configOf(side) } },
    { does: 'status', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
    { does: 'create again', method: 'POST', path: '/connectors', body: { name: 'c', config: configOf(side) } },
    { does: 'list', method: 'GET', path: '/connectors' },
    { does: 'list, expanded by status', method: 'GET', path: '/connectors?expand=status' },
    { does: 'list, expanded by info', method: 'GET', path: '/connectors?expand=info' },
    { does: 'list, expanded by both', method: 'GET', path: '/connectors?expand=info&expand=status' },
    { does: 'list, expanded by one twice', method: 'GET', path: '/connectors?expand=info&expand=info' },
    { does: 'list, expanded by nothing that is known', method: 'GET', path: '/connectors?expand=bogus' },
    { does: 'list, expanded by both in one', method: 'GET', path: '/connectors?expand=info,status' },
    { does: 'list, expanded by nothing', method: 'GET', path: '/connectors?expand=' },
    { does: 'list, expand without a value', method: 'GET', path: '/connectors?expand' },
    { does: 'list, expanded in capitals', method: 'GET', path: '/connectors?expand=INFO' },
    { does: 'list, unknown parameter', method: 'GET', path: '/connectors?bogus=1' },
    { does: 'info', method: 'GET', path: '/connectors/c' },
    { does: 'config', method: 'GET', path: '/connectors/c/config' },
    { does: 'tasks', method: 'GET', path: '/connectors/c/tasks', differs: moreOfTasks },
    { does: "task's status", method: 'GET', path: '/connectors/c/tasks/0/status' },
    { does: 'status of a task that is not there', method: 'GET', path: '/connectors/c/tasks/9/status' },
    { does: 'status of a task below 0', method: 'GET', path: '/connectors/c/tasks/-1/status' },
    { does: 'status of a task that is no number', method: 'GET', path: '/connectors/c/tasks/x/status' },
    { does: 'status of a task beyond 32 bits', method: 'GET', path: '/connectors/c/tasks/99999999999/status' },
    {
      does: 'topics',
      method: 'GET',
      path: '/connectors/c/topics',
      until: ({ body }) => (body as { c: { topics: unknown[] } }).c.topics.length === 1,
    },
    { does: 'reset of its topics', method: 'PUT', path: '/connectors/c/topics/reset' },
    { does: 'put of the same configuration', method: 'PUT', path: '/connectors/c/config', body: configOf(side) },
    { does: 'status after an equal put', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
    { does: 'put', method: 'PUT', path: '/connectors/c/config', body: configOf(side, { 'x.note': 'a' }) },
    { does: 'patch', method: 'PATCH', path: '/connectors/c/config', body: { 'x.note': 'b', 'x.other': 1 } },
    { does: 'patch away', method: 'PATCH', path: '/connectors/c/config', body: { 'x.note': null } },
    { does: 'config after the patches', method: 'GET', path: '/connectors/c/config' },
    { does: 'status after the patches', method: 'GET', path: '/connectors/c/status', until: isIn('RUNNING') },
    { does: 'delete', method: 'DELETE', path: '/connectors/c' },
    { does: 'gone', method: 'GET', path: '/connectors/c', until: hasStatus(404) },
    { does: 'status of what is gone', method: 'GET', path: '/connectors/c/status', until: hasStatus(404) },
    { does: 'delete again', method: 'DELETE', path: '/connectors/c' },
    { does: 'list in the end', method: 'GET', path: '/connectors' },
  ],
}

/** Every call of a connector that is not there. */
const unknown: Scenario = {
  name: 'unknown connector',
  calls: () => [
    ...['', '/config', '/status', '/tasks', '/tasks/0/status', '/topics', '/offsets', '/tasks-config', '/bogus'].map(
      (path): Call => ({ does: `get ${path}`, method: 'GET', path: `/connectors/unknown${path}` }),
    ),
    ...['/pause', '/resume', '/stop', '/topics/reset'].map((path): Call => ({
      does: `put ${path}`,
      method: 'PUT',
      path: `/connectors/unknown${path}`,
    })),
    ...['/restart', '/restart?includeTasks=true', '/restart?onlyFailed=true', '/tasks/0/restart'].map((path): Call => ({
      does: `post ${path}`,
      method: 'POST',
      path: `/connectors/unknown${path}`,
    })),
    { does: 'delete', method: 'DELETE', path: '/connectors/unknown' },
    { does: 'delete offsets', method: 'DELETE', path: '/connectors/unknown/offsets' },
    { does: 'patch', method: 'PATCH', path: '/connectors/unknown/config', body: { a: 'b' } },
    {
      does: 'patch offsets',
      method: 'PATCH',
      path: '/connectors/unknown/offsets',
      body: { offsets: [{ partition: { a: 1 }, offset: { b: 1 } }] },
    },
  ],
}

function creationOf(side: Side, name: unknown): Call {
  return {
    does: `create ${JSON.stringify(name)}`,
    method: 'POST',
    path: '/connectors',
    body: { name, config: configOf(side), initial_state: 'STOPPED' },
  }
}

/** Names that Connect takes, and then has no way to: Jetty refuses the paths. Comes last, because they stay there. */
const unreachable: Scenario = {
  name: 'names that Connect cannot reach',
  calls: (side) => {
    const why = 'Connect creates such a connector and can never show or delete it again (Jetty 12 refuses the path).'
    const through = (name: string, escaped: string): Call[] => [
      creationOf(side, name),
      {
        does: `config of ${JSON.stringify(name)}`,
        method: 'GET',
        path: `/connectors/${escaped}/config`,
        differs: {
          why,
          answer: {
            status: 200,
            body: { '<own>': '<as sent>', 'connector.class': '<class>', name, 'tasks.max': '1', topic: '<topic>' },
          },
        },
      },
      {
        does: `delete ${JSON.stringify(name)}`,
        method: 'DELETE',
        path: `/connectors/${escaped}`,
        differs: { why, answer: { status: 204, type: null, body: undefined } },
      },
    ]
    return [
      ...through('a/b', 'a%2Fb'),
      ...through('100%', '100%25'),
      {
        ...creationOf(side, '..'),
        differs: {
          why: 'Clients take the segment out of the path before they send it.',
          answer: { status: 400, location: undefined, body: { error_code: 400, message: '<string>' } },
        },
      },
      {
        ...creationOf(side, 'x'.repeat(2000)),
        does: 'create one of 2,000 letters',
        differs: {
          why: 'A name is a part of transactional ids and labels: 512 letters are enough.',
          answer: { status: 400, location: undefined, body: { error_code: 400, message: '<string>' } },
        },
      },
      { does: 'list in the end', method: 'GET', path: '/connectors', differs: { why, answer: { body: [] } } },
    ]
  },
}

/** Names that have to be escaped, and those that are refused. */
const names: Scenario = {
  name: 'names',
  calls: (side) => {
    const create = (name: unknown): Call => creationOf(side, name)
    const through = (name: string, escaped: string): Call[] => [
      create(name),
      { does: `info of ${JSON.stringify(name)}`, method: 'GET', path: `/connectors/${escaped}` },
      {
        does: `status of ${JSON.stringify(name)}`,
        method: 'GET',
        path: `/connectors/${escaped}/status`,
        until: hasStatus(200),
      },
      { does: `delete ${JSON.stringify(name)}`, method: 'DELETE', path: `/connectors/${escaped}` },
    ]
    return [
      ...through('a b', 'a%20b'),
      ...through('a+b', 'a+b'),
      ...through('ü€😀', encodeURIComponent('ü€😀')),
      ...through('a?b#c', 'a%3Fb%23c'),
      ...through('a"b', 'a%22b'),
      ...through('a;b', 'a%3Bb'),
      ...through('constructor', 'constructor'),
      create('  trimmed  '),
      { does: 'info of what was trimmed', method: 'GET', path: '/connectors/trimmed' },
      { does: 'info by the name that was sent', method: 'GET', path: '/connectors/%20%20trimmed%20%20' },
      { does: 'delete what was trimmed', method: 'DELETE', path: '/connectors/trimmed' },
      create(''),
      create('   '),
      create('a\nb'),
      create('a\u0000b'),
      create(null),
      create(7),
      { does: 'info of "7"', method: 'GET', path: '/connectors/7' },
      { does: 'delete "7"', method: 'DELETE', path: '/connectors/7' },
      create(true),
      { does: 'delete "true"', method: 'DELETE', path: '/connectors/true' },
      create(['a']),
      create({ a: 1 }),
      { does: 'list in the end', method: 'GET', path: '/connectors' },
      { does: 'a plus is no space', method: 'GET', path: '/connectors/a+b' },
      { does: 'half an escape', method: 'GET', path: '/connectors/%2' },
      { does: 'no UTF-8', method: 'GET', path: '/connectors/%FF' },
    ]
  },
}

export const connectorScenarios = [everyday, unknown, names]
export const lastScenarios = [unreachable]
