import { connectorClasses } from '../../config/connector-class.js'
import type { Herder } from '../../herder/herder.js'
import { configOf, parseTexts } from '../json-body.js'
import { pluginKeys, pluginOf } from '../plugins.js'
import { queryFlag, jsonReply, type Route } from '../route.js'
import { list, named, object, textSchema, textsSchema } from '../schemas.js'
import { validate } from '../validation.js'

/** Plugins, and validation of their configurations (ConnectorPluginsResource). */
export function pluginRoutes(herder: Herder, version: string): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/connector-plugins',
      group: 'Connect',
      summary: 'The connectors that can be created',
      query: {
        connectorsOnly: {
          about: 'false: also list all other plugins that configurations can name.',
          schema: { type: 'boolean', default: true },
        },
      },
      answers: {
        200: {
          about: 'The plugins.',
          schema: list(object({ class: textSchema, type: textSchema, version: textSchema })),
        },
      },
      handle({ query }) {
        const connectors = connectorClasses.map((name) => ({ class: name, type: 'source', version }))
        const others = converters.map((name) => ({ class: name, type: 'converter', version }))
        return jsonReply(queryFlag(query, 'connectorsOnly', true) ? connectors : [...connectors, ...others])
      },
    },
    {
      method: 'GET',
      path: '/connector-plugins/{plugin}/config',
      group: 'Connect',
      summary: 'Every key of a plugin (KIP-769)',
      answers: { 200: { about: 'The definitions.', schema: list(named('Definition')) } },
      handle({ params }) {
        return jsonReply(pluginKeys(pluginOf(params.plugin)).map(({ definition }) => definition))
      },
    },
    {
      method: 'PUT',
      path: '/connector-plugins/{plugin}/config/validate',
      group: 'Connect',
      changesNothing: true,
      summary: 'Check a configuration, key by key',
      body: textsSchema,
      answers: { 200: { about: 'The result, even if there are errors.', schema: named('Validation') } },
      async handle({ params, body }) {
        const config = configOf(parseTexts(body), 'The configuration')
        return jsonReply(await validate(herder, params.plugin, config))
      },
    },
  ]
}

/** Connect's converter classes, by which configurations select the formats of keys and values. */
const converters = [
  'io.confluent.connect.avro.AvroConverter',
  'io.confluent.connect.json.JsonSchemaConverter',
  'io.confluent.connect.protobuf.ProtobufConverter',
  'org.apache.kafka.connect.json.JsonConverter',
  'org.apache.kafka.connect.storage.StringConverter',
]
