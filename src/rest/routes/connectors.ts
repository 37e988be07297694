import type { ConnectorView, Herder, TargetState } from '../../herder/herder.js'
import { configBody, infoBody, statusBody } from '../connect-json.js'
import { HttpError } from '../http-error.js'
import { configOf, bodyFields, kindOf, parseTexts, textsOf } from '../json-body.js'
import { jsonReply, type Exchange, type Reply, type Route } from '../route.js'
import { list, named, object, textSchema, textsSchema } from '../schemas.js'

/** Connectors and their configurations (org.apache.kafka.connect.runtime.rest.resources.ConnectorsResource). */
export function connectorRoutes(herder: Herder, version: string): readonly Route[] {
  const created = { about: 'Created.', schema: named('ConnectorInfo') }
  const changed = { about: 'Its configuration was replaced.', schema: named('ConnectorInfo') }
  return [
    {
      method: 'GET',
      path: '/connectors',
      group: 'Connect',
      summary: 'Names of all connectors, or with `expand` their details',
      query: {
        expand: { about: 'May be repeated: `info`, `status`.', schema: list({ enum: ['info', 'status'] }) },
      },
      answers: {
        200: {
          about: 'Names, or with `expand` a map by name.',
          schema: { anyOf: [list(textSchema), { type: 'object' }] },
        },
      },
      async handle({ query, role }) {
        const views = await herder.list()
        if (!query.has('expand')) return jsonReply(views.map(({ info }) => info.name))
        const expand = new Set(query.getAll('expand'))
        return jsonReply(
          Object.fromEntries(
            views.map(({ info, status }) => [
              info.name,
              {
                ...(expand.has('info') && { info: infoBody(info, role) }),
                ...(expand.has('status') && { status: statusBody(status, version) }),
              },
            ]),
          ),
        )
      },
    },
    {
      method: 'POST',
      path: '/connectors',
      group: 'Connect',
      summary: 'Create a connector',
      body: object(
        { name: textSchema, config: textsSchema, initial_state: { enum: ['RUNNING', 'PAUSED', 'STOPPED'] } },
        ['initial_state'],
      ),
      answers: { 201: created },
      async handle(exchange) {
        const fields = bodyFields(parseTexts(exchange.body), 'name', 'config', 'initial_state')
        if (fields.config === undefined) throw new HttpError(500, 'The body has no config')
        const config = configOf(fields.config, 'config')
        const name = trimmed(fields.name)
        const state = initialState(fields.initial_state)
        const named = checked(name, config)
        return createdReply(exchange, await herder.create(name, named, state))
      },
    },
    {
      method: 'GET',
      path: '/connectors/{name}',
      group: 'Connect',
      summary: 'A connector with its configuration and tasks',
      answers: { 200: { about: 'The connector.', schema: named('ConnectorInfo') } },
      handle: async ({ params, role }) => jsonReply(infoBody((await herder.get(params.name)).info, role)),
    },
    {
      method: 'DELETE',
      path: '/connectors/{name}',
      group: 'Connect',
      summary: 'Delete a connector; its offsets are kept',
      answers: { 204: { about: 'Deleted.' } },
      async handle({ params }) {
        await herder.delete(params.name)
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/connectors/{name}/config',
      group: 'Connect',
      summary: 'The configuration of a connector, as sent',
      answers: { 200: { about: 'Strings by key.', schema: textsSchema } },
      async handle({ params, role }) {
        const { info } = await herder.get(params.name)
        return jsonReply(configBody(info.name, info.config, role))
      },
    },
    {
      method: 'PUT',
      path: '/connectors/{name}/config',
      group: 'Connect',
      summary: 'Create a connector, or replace its configuration',
      body: textsSchema,
      answers: { 200: changed, 201: created },
      async handle(exchange) {
        const { name } = exchange.params
        const config = checked(name, configOf(parseTexts(exchange.body), 'The configuration'))
        const put = await herder.put(name, config)
        return put.created
          ? createdReply(exchange, put.connector)
          : jsonReply(infoBody(put.connector.info, exchange.role))
      },
    },
    {
      method: 'PATCH',
      path: '/connectors/{name}/config',
      group: 'Connect',
      summary: 'Replace some keys of a configuration; null removes one (KIP-477)',
      body: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
      answers: { 200: changed },
      async handle({ params, body, role }) {
        const patch = configOf(parseTexts(body), 'The patch')
        if (patch.name !== undefined && patch.name !== params.name)
          throw new HttpError(400, `The name of connector ${params.name} cannot be changed`)
        return jsonReply(infoBody((await herder.patch(params.name, patch)).info, role))
      },
    },
  ]
}

function createdReply({ origin, role }: Exchange, { info }: ConnectorView): Reply {
  const segment = encodeURIComponent(info.name)
  // As in Connect, where tasks are created later.
  return {
    status: 201,
    body: infoBody({ ...info, tasks: [] }, role),
    headers: { Location: `${origin}/connectors/${segment}` },
  }
}

function trimmed(name: unknown): string {
  if (name === undefined || name === null) return ''
  if (typeof name !== 'string') throw new HttpError(500, `name must be a string; found ${kindOf(name)}`)
  return name.trim()
}

/** The configuration with its name. Throws 400 if it already has a different one. */
function checked(name: string, config: Readonly<Record<string, string | null>>): Record<string, string> {
  if (config.name !== undefined && config.name !== null && config.name !== name) {
    throw new HttpError(
      400,
      `Connector name configuration (${config.name}) doesn't match connector name in the URL (${name})`,
    )
  }
  return textsOf({ ...config, name })
}

function initialState(state: unknown): TargetState {
  if (state === undefined || state === null) return 'RUNNING'
  const upper = typeof state === 'string' ? state.toUpperCase() : ''
  if (upper === 'RUNNING' || upper === 'PAUSED' || upper === 'STOPPED') return upper
  throw new HttpError(500, 'initial_state must be one of RUNNING, PAUSED, STOPPED')
}
