import { configOf, type Call, type Scenario } from '../call.js'

const plugins: Scenario = {
  name: 'plugins',
  calls: (side) => {
    const short = side.connectorClass.split('.').at(-1) ?? ''
    const validate = (does: string, plugin: string, body: unknown, more: Partial<Call> = {}): Call => ({
      does: `validate ${does}`,
      method: 'PUT',
      path: `/connector-plugins/${plugin}/config/validate`,
      body,
      ...more,
    })
    const config = configOf(side)
    const full = side.connectorClass
    return [
      { does: 'list', method: 'GET', path: '/connector-plugins', shape: 'fields' },
      { does: 'list with a slash', method: 'GET', path: '/connector-plugins/', shape: 'fields' },
      { does: 'all', method: 'GET', path: '/connector-plugins?connectorsOnly=false', shape: 'fields' },
      { does: 'connectors only', method: 'GET', path: '/connector-plugins?connectorsOnly=true', shape: 'fields' },
      {
        does: 'connectors of nothing that is known',
        method: 'GET',
        path: '/connector-plugins?connectorsOnly=bogus',
        shape: 'fields',
      },
      { does: 'definitions', method: 'GET', path: `/connector-plugins/${full}/config`, shape: 'fields' },
      {
        does: 'definitions by the short name',
        method: 'GET',
        path: `/connector-plugins/${short}/config`,
        shape: 'fields',
      },
      {
        does: 'definitions by the alias',
        method: 'GET',
        path: `/connector-plugins/${short.replace(/Connector$/, '')}/config`,
        shape: 'fields',
      },
      { does: 'definitions of an unknown one', method: 'GET', path: '/connector-plugins/bogus/config' },
      { does: 'one plugin', method: 'GET', path: `/connector-plugins/${full}` },
      validate('by the full name', full, { ...config, name: 'c' }, { shape: 'fields' }),
      validate('by the short name', short, { ...config, name: 'c' }, { shape: 'fields' }),
      validate('by the alias', short.replace(/Connector$/, ''), { ...config, name: 'c' }, { shape: 'fields' }),
      validate('class and topic alone', full, { 'connector.class': full, topics: 'a' }, { shape: 'fields' }),
      validate('class alone', full, { 'connector.class': full }, { shape: 'fields' }),
      validate('without a class', full, { ...config, 'connector.class': undefined }),
      validate('an empty object', full, '{}'),
      validate('empty', full, ''),
      validate('null', full, 'null'),
      validate('a list', full, '[]'),
      validate('another class', full, { ...config, 'connector.class': 'com.example.Nothing' }),
      validate('an unknown plugin', 'bogus', config),
      validate('an unknown plugin and class', 'com.example.Nothing', { 'connector.class': 'com.example.Nothing' }),
      validate('a value of null', full, { ...config, name: 'c', topic: null }, { shape: 'fields' }),
      validate('unknown keys', full, { ...config, name: 'c', bogus: 'x' }, { shape: 'fields' }),
      validate('values that are wrong', full, { ...config, name: 'c', 'tasks.max': 'many' }, { shape: 'fields' }),
    ]
  },
}

const loggers: Scenario = {
  name: 'loggers',
  calls: (side) => {
    const set = (does: string, name: string, body: unknown, query = ''): Call => ({
      does,
      shape: 'types',
      method: 'PUT',
      path: `/admin/loggers/${name}${query}`,
      body,
    })
    return [
      { does: 'list', method: 'GET', path: '/admin/loggers', shape: 'entries' },
      { does: 'list with a slash', method: 'GET', path: '/admin/loggers/', shape: 'entries' },
      { does: 'root', method: 'GET', path: '/admin/loggers/root', shape: 'types' },
      { does: 'unknown logger', method: 'GET', path: '/admin/loggers/no.such.logger' },
      set('set', side.logger, { level: 'DEBUG' }),
      { does: 'after the set', method: 'GET', path: `/admin/loggers/${side.logger}` },
      set('set in lower case', side.logger, { level: 'info' }),
      set('set for this worker', side.logger, { level: 'WARN' }, '?scope=worker'),
      set('set for all', side.logger, { level: 'WARN' }, '?scope=cluster'),
      set('set for nothing that is known', side.logger, { level: 'WARN' }, '?scope=bogus'),
      set('set for all, in capitals', side.logger, { level: 'WARN' }, '?scope=CLUSTER'),
      set('set what nobody has yet', 'another.logger', { level: 'ERROR' }),
      set('unknown level', side.logger, { level: 'LOUD' }),
      set('no level', side.logger, {}),
      set('level of null', side.logger, { level: null }),
      set('more than a level', side.logger, { level: 'WARN', bogus: 'x' }),
      set('empty body', side.logger, ''),
      set('null body', side.logger, 'null'),
      { does: 'delete', method: 'DELETE', path: `/admin/loggers/${side.logger}` },
    ]
  },
}

export const pluginScenarios = [plugins, loggers]
