import { connectorSchema } from './connector-schema.js'
import { ownKeys } from './fan-out.js'
import { jsonSchema, sectionSchema } from './json-schema.js'

/** JSON Schema of connector files: their options, and the form with several sinks. */
export function connectorJsonSchema(title: string): object {
  const { properties, ...schema } = jsonSchema(connectorSchema, title)
  const own = Object.fromEntries(ownKeys.map((key) => [key, connectorSchema[key]]))
  const sink = sectionSchema({ ...connectorSchema.sink, ...own })
  const sinks = {
    description: 'Several sinks by name, instead of `sink`: each gets the same records at its own pace.',
    type: 'object',
    minProperties: 1,
    propertyNames: properties.name,
    additionalProperties: sink,
  }
  return { ...schema, properties: { ...properties, sinks }, not: { required: ['sink', 'sinks'] } }
}
