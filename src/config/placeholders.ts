/**
 * `${…}` placeholders in strings, after Kafka Connect's ConfigProviders (KIP-297, KIP-421): `${env:NAME}`,
 * `${env:NAME:-default}`, `${file:path:key}` (a key of a properties file) and `${file:path}` (a whole file, such as a
 * mounted secret). `$${` is a literal `${`. Resolved values are secrets and never shown.
 */
import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { GenesisError } from '../errors.js'
import { parseProperties } from './properties.js'
import { isObject } from './is-object.js'
import type { Path, ConfigSource } from './source.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Resolved {
  readonly value: unknown
  /** What may be shown of a value that contains a resolved placeholder; undefined if it contains none. */
  readonly written: (path: Path) => string | undefined
  readonly errors: readonly GenesisError[]
}

/** Replaces the placeholders in all strings of a document; relative file names start from `folder`. */
export function resolvePlaceholders(source: ConfigSource, env: Environment, folder: string): Resolved {
  const written = new Map<string, string>()
  const errors: GenesisError[] = []

  const visit = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      if (!value.includes('${')) return value
      if (/(?<!\$)\$\{(env|file):/.test(value)) written.set(JSON.stringify(path.map(String)), value)
      return value.replace(/\$\$\{|\$\{([A-Za-z]+):([^}]*)\}/g, (match, provider: string | undefined, body: string) => {
        if (match === '$${') return '${'
        try {
          return lookUp(provider ?? '', body, env, folder)
        } catch (error) {
          const found = match
          const { message, cause } = error as Error
          errors.push(new GenesisError('SECRET_UNRESOLVED', message, { place: source.place(path), found, cause }))
          return match
        }
      })
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]))
    if (isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]))
    }
    return value
  }

  const value = visit(source.value, [])
  return {
    value,
    errors,
    written: (path) => {
      const names = path.map(String)
      const own = written.get(JSON.stringify(names))
      if (own !== undefined) return own
      const inside = [...written.keys()].some((key) => key.startsWith(`${JSON.stringify(names).slice(0, -1)},`))
      return inside ? 'a value with placeholders' : undefined
    },
  }
}

/** Masking shorter values would garble every message and hide nothing. */
const minSecretLength = 4

/** The resolved placeholders of a configuration, with their source text. Unresolvable ones and defaults are omitted. */
export function secretsOf(value: unknown, env: Environment, folder: string): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  const visit = (item: unknown): void => {
    if (typeof item === 'string') {
      for (const [match, provider, body] of item.matchAll(/(?<!\$)\$\{([A-Za-z]+):([^}]*)\}/g)) {
        try {
          const secret = lookUp(provider, body, env, folder)
          // A default stands in the configuration itself.
          const isWritten = provider === 'env' && match.endsWith(`:-${secret}}`)
          if (!isWritten && secret.length >= minSecretLength) secrets.set(secret, match)
        } catch {
          // There is no value to hide.
        }
      }
    } else if (typeof item === 'object' && item !== null) Object.values(item).forEach(visit)
  }
  visit(value)
  return secrets
}

/** A text with resolved values replaced by their placeholders. */
export function withoutSecrets(text: string, secrets: ReadonlyMap<string, string>): string {
  let shown = text
  for (const [secret, written] of secrets)
    for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) shown = shown.replaceAll(form, () => written)
  return shown
}

function lookUp(provider: string, body: string, env: Environment, folder: string): string {
  if (provider === 'env') {
    const [, name, fallback] = /^(.*?)(?::-(.*))?$/s.exec(body) ?? []
    const value = env[name]
    if (value !== undefined && (value !== '' || fallback === undefined)) return value
    if (fallback !== undefined) return fallback
    throw new Error(`environment variable ${name} is not set`)
  }
  if (provider === 'file') {
    const colon = body.lastIndexOf(':')
    const [path, key] = colon === -1 ? [body, undefined] : [body.slice(0, colon), body.slice(colon + 1)]
    const file = isAbsolute(path) ? path : resolve(folder, path)
    const text = readSecret(file)
    if (key === undefined) return text.replace(/\r?\n$/, '')
    const value = parseProperties(text).get(key)
    if (value === undefined) throw new Error(`file ${path} has no key ${key}`)
    return value
  }
  throw new Error(`unknown provider ${provider}: placeholders start with env: or file:`)
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}
