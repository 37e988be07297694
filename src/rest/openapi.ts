import type { Route } from './route.js'
import { components, named } from './schemas.js'

/** Generates the OpenAPI 3.1 description of routes (spec.openapis.org/oas/v3.1.0). */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'genesis-connect',
      version,
      description: "Kafka Connect's REST API, with additions under /genesis.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Connect', description: "Apache Kafka Connect's API." },
      { name: 'Worker', description: 'This worker.' },
      { name: 'Genesis', description: 'Positions, rates, dry runs and verification.' },
    ],
    paths,
    components: { schemas: components },
  }
}

function operation(route: Route): object {
  const { method, path, group, summary, query = {}, body, answers } = route
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: name === 'task' ? 'integer' : 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, { about, schema }]) => ({
    name,
    in: 'query',
    description: about,
    schema,
  }))
  return {
    operationId: operationId(method, path),
    tags: [group],
    summary,
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { about, schema, type = 'application/json' }]) => [
          status,
          {
            description: about,
            ...((schema !== undefined || type !== 'application/json') && {
              content: { [type]: { schema: schema ?? { type: 'string' } } },
            }),
          },
        ]),
      ),
      default: { description: 'An error.', content: { 'application/json': { schema: named('Error') } } },
    },
  }
}

/** `putConnectorsNamePause`: unique per method and path. */
function operationId(method: string, path: string): string {
  const words = path.match(/[A-Za-z]+/g) ?? ['root']
  return method.toLowerCase() + words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')
}
