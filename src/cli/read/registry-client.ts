/** A third-party client for the worker's schema registry. */
import { Agent } from 'node:https'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { WorkerConfig } from '../../config/worker.js'
import { registryLogin } from '../../encode/registry-http.js'
import { readableTypes } from './logical-types.js'

type ClientOptions = ConstructorParameters<typeof SchemaRegistry>[0]

/** Otherwise formats and drafts that the client's validator does not know would be refused. */
const anyDraft = { strict: false, validateFormats: false, validateSchema: false }

/** Null if the worker has no registry. */
export function createRegistryClient(options: WorkerConfig['registry']): SchemaRegistry | null {
  if (options.url === null) return null
  const url = new URL(options.url)
  const login = registryLogin(options, url)
  url.username = ''
  url.password = ''
  const { token, ca } = options
  const client: ClientOptions = {
    host: url.href.replace(/\/+$/, ''),
    clientId: 'genesis',
    ...(token === null && login !== null && { auth: login }),
    ...(token !== null && { middlewares: [bearer(token)] }),
    ...(ca !== null && { agent: new Agent({ ca }) }),
  }
  return new SchemaRegistry(client, { [SchemaType.AVRO]: readableTypes, [SchemaType.JSON]: anyDraft })
}

function bearer(token: string): NonNullable<ClientOptions['middlewares']>[number] {
  return () => ({
    prepareRequest: async (next) => (await next()).enhance({ headers: { authorization: `Bearer ${token}` } }),
    response: (next) => next(),
  })
}
