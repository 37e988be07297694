import { Registry } from '#src/encode/registry.js'

/** A client of the registry in SCHEMA_REGISTRY_URL. */
export function testRegistry(): Registry {
  return new Registry(registryOptions(registryUrl()))
}

export function registryUrl(): string {
  const url = process.env.SCHEMA_REGISTRY_URL
  if (url === undefined) throw new Error('SCHEMA_REGISTRY_URL is not set')
  return url
}

export function registryOptions(url: string): ConstructorParameters<typeof Registry>[0] {
  return { url, username: null, password: null, token: null, ca: null, requestTimeoutMs: 10_000 }
}
