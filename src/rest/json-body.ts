/**
 * Request bodies, parsed as strictly as by Connect's Jackson: unreadable ones are answered with 500, as there, because
 * existing tools expect it.
 */
import { isNestedTooDeep, maxNesting } from '../config/json-nesting.js'
import { HttpError } from './http-error.js'

const unreadable = 500

/** A string, or a scalar that Jackson converts to one. */
export type Texts = Record<string, string>

/** Parses a body as JSON. Throws 500 if it is missing or unreadable. */
export function parseJson(text: string): unknown {
  if (isNestedTooDeep(text)) throw new HttpError(unreadable, `The body is nested more than ${maxNesting} deep`)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new HttpError(unreadable, `The body is not JSON: ${(cause as Error).message}`)
  }
}

/**
 * The same with every number and boolean as the text that was sent: `1.0`, `1e3` and numbers with more digits than a
 * double are preserved.
 */
export function parseTexts(text: string): unknown {
  parseJson(text)
  return JSON.parse(text.replace(scalar, (token) => (token.startsWith('"') ? token : `"${token}"`)))
}

/** Matches strings first, so that in valid JSON the other matches are outside of them. */
const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\btrue\b|\bfalse\b/g

/** An object with only these fields. Throws 500 for anything else. */
export function bodyFields(value: unknown, ...names: readonly string[]): Record<string, unknown> {
  const fields = objectOf(value, 'The body')
  for (const name of Object.keys(fields)) {
    if (!names.includes(name)) {
      throw new HttpError(unreadable, `Unrecognized field "${name}"; known fields: ${names.join(', ')}`)
    }
  }
  return fields
}

export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new HttpError(unreadable, `${what} must be an object; found ${kindOf(value)}`)
}

/**
 * A configuration: an object of strings; nulls are kept. Throws 500 for objects and lists, 400 for a key that
 * JavaScript reserves.
 */
export function configOf(value: unknown, what: string): Record<string, string | null> {
  const config = objectOf(value, what)
  for (const [key, item] of Object.entries(config)) {
    if (key === '__proto__') throw new HttpError(400, `${what} has a key that cannot be used: __proto__`)
    if (item !== null && typeof item !== 'string') {
      throw new HttpError(unreadable, `${what}, key "${key}": expected a string; found ${kindOf(item)}`)
    }
  }
  return config as Record<string, string | null>
}

/** Rejects nulls. Throws 400, like Connect's validation. */
export function textsOf(config: Readonly<Record<string, string | null>>): Texts {
  for (const [key, item] of Object.entries(config)) {
    if (item === null) throw new HttpError(400, `Invalid value null for configuration ${key}: it must be a string`)
  }
  return config as Texts
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
