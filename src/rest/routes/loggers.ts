import type { Herder, LoggerLevel, LogLevel } from '../../herder/herder.js'
import { HttpError } from '../http-error.js'
import { configOf, parseTexts } from '../json-body.js'
import { jsonReply, type Route } from '../route.js'
import { list, named, object, textSchema } from '../schemas.js'

/** Log levels, adjustable while the worker runs (KIP-495, KIP-976; LoggingResource). */
export function loggerRoutes(herder: Herder): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/admin/loggers',
      group: 'Connect',
      summary: 'Loggers and their levels',
      answers: { 200: { about: 'By name.', schema: { type: 'object', additionalProperties: named('LoggerLevel') } } },
      async handle() {
        const loggers = await herder.loggers()
        return jsonReply(Object.fromEntries([...loggers].map(([name, level]) => [name, levelBody(level)])))
      },
    },
    {
      method: 'GET',
      path: '/admin/loggers/{logger}',
      group: 'Connect',
      summary: 'Level of a logger',
      answers: { 200: { about: 'The level.', schema: named('LoggerLevel') } },
      async handle({ params }) {
        const level = (await herder.loggers()).get(params.logger)
        if (level === undefined) throw new HttpError(404, `Logger ${params.logger} not found.`)
        return jsonReply(levelBody(level))
      },
    },
    {
      method: 'PUT',
      path: '/admin/loggers/{logger}',
      group: 'Connect',
      summary: 'Set the level of a logger and its descendants',
      query: {
        scope: {
          about: 'This worker, or the whole group.',
          schema: { enum: ['worker', 'cluster'], default: 'worker' },
        },
      },
      body: object({ level: textSchema }),
      answers: {
        200: { about: 'The loggers that were changed.', schema: list(textSchema) },
        204: { about: 'With scope cluster: sent to all workers.' },
      },
      async handle({ params, query, body }) {
        const { level } = configOf(parseTexts(body), 'The body')
        if (level === undefined || level === null) {
          throw new HttpError(400, "Desired 'level' parameter was not specified in request.")
        }
        const known = levels[level.toUpperCase()]
        if (known === undefined) throw new HttpError(404, `invalid log level '${level}'.`)
        const isForAll = query.get('scope')?.toLowerCase() === 'cluster'
        const changed = await herder.setLogger(params.logger, known, isForAll ? 'cluster' : 'worker')
        return isForAll ? { status: 204 } : jsonReply(changed)
      },
    },
  ]
}

/** Our levels for those of Log4j, which Connect accepts. */
const levels: Partial<Record<string, LogLevel>> = {
  TRACE: 'trace',
  ALL: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
  OFF: 'silent',
}

function levelBody({ level, lastModified }: LoggerLevel): object {
  return { level: level === 'silent' ? 'OFF' : level.toUpperCase(), last_modified: lastModified }
}
