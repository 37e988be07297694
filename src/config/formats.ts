/** Formats of option values: one row each, for the checks, convict, JSON Schema and the reference pages. */
import { isIP } from 'node:net'
import convict from 'convict'
import { formatDuration, parseDuration, parseSize } from './quantity.js'
import { isObject } from './is-object.js'
import type { FormatName, Option } from './option.js'
import { parseJson } from './parse-json.js'

interface Format {
  /** How it is written in a file; `${…}` placeholders are always text. */
  readonly written:
    'text' | 'number' | 'boolean' | 'object' | 'text or object' | 'text or number' | 'text or list' | 'object or list'
  /** For a message: "expected …". */
  expected(option: Option): string
  /** Parses text to the held value; undefined: not of this format. Absent: the text itself. */
  parse?(text: string): unknown
  /** Whether a held value is valid. Absent: always. */
  accepts?(value: unknown, option: Option): boolean
  /** Its JSON Schema apart from `type`. */
  json?(option: Option): object
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
/** org.apache.kafka.common.internals.Topic: legal characters, and at most 249 of them. */
const topicPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/

/** Objects are held as JSON text: convict flattens objects by dots, and column names may have dots. */
export const formats = {
  text: { written: 'text', expected: () => 'text', accepts: isText, json: () => ({ minLength: 1 }) },
  name: {
    written: 'text',
    expected: () =>
      'a name of letters, digits, ".", "_" and "-", starting with a letter or digit, at most 128 characters',
    accepts: (value) => typeof value === 'string' && namePattern.test(value),
    json: () => ({ pattern: namePattern.source }),
  },
  topic: {
    written: 'text',
    expected: () => 'a topic name: letters, digits, ".", "_" and "-", at most 249 characters',
    accepts: (value) => typeof value === 'string' && topicPattern.test(value),
    json: () => ({ pattern: topicPattern.source }),
  },
  path: { written: 'text', expected: () => 'a path', accepts: isText, json: () => ({ minLength: 1 }) },
  url: {
    written: 'text',
    expected: () => 'an http:// or https:// URL',
    accepts: (value) => typeof value === 'string' && isUrl(value, /^https?:$/),
    json: () => ({ pattern: '^(https?://|\\$\\{)' }),
  },
  'ws-url': {
    written: 'text',
    expected: () => 'a ws:// or wss:// URL',
    accepts: (value) => typeof value === 'string' && isUrl(value, /^wss?:$/) && !value.includes('#'),
    json: () => ({ pattern: '^(wss?://|\\$\\{)' }),
  },
  endpoint: {
    written: 'text',
    expected: () => 'a URL path, such as /stream',
    accepts: (value) => typeof value === 'string' && /^\/[^?#\s]*$/.test(value),
    json: () => ({ pattern: '^(/|\\$\\{)' }),
  },
  origins: {
    written: 'text or list',
    expected: () => 'a list of origins such as https://example.org, or a comma-separated text',
    parse: (text) => text.split(',').map((part) => part.trim()),
    accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && isOrigin(item)),
    json: () => ({ items: { type: 'string' } }),
  },
  columns: {
    written: 'text or list',
    expected: () => 'a list of columns, or a comma-separated text',
    parse: (text) => text.split(',').map((part) => part.trim()),
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
    json: () => ({ minLength: 1, minItems: 1, items: { type: 'string' } }),
  },
  key: {
    written: 'text or list',
    expected: () => 'a column, or a list of columns',
    parse: (text) => (text.startsWith('[') ? (parseJson(text) ?? text) : text),
    accepts: (value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)),
    json: () => ({ minLength: 1, minItems: 1, items: { type: 'string' } }),
  },
  pem: {
    written: 'text',
    expected: () => 'PEM text (-----BEGIN …) or the path of a PEM file',
    accepts: isText,
    json: () => ({ minLength: 1 }),
  },
  count: {
    written: 'number',
    expected: (option) => `a whole number${range(option)}`,
    parse: wholeNumber,
    accepts: (value, option) => Number.isSafeInteger(value) && within(value as number, option),
    json: limits,
  },
  number: {
    written: 'number',
    expected: (option) => `a number${range(option)}`,
    parse: (text) => (/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined),
    accepts: (value, option) => Number.isFinite(value) && within(value as number, option),
    json: limits,
  },
  threads: {
    written: 'text or number',
    expected: () => 'auto or a whole number from 0',
    parse: (text) => (text === 'auto' ? text : wholeNumber(text)),
    accepts: (value) => value === 'auto' || (Number.isSafeInteger(value) && (value as number) >= 0),
    json: () => ({ minimum: 0, pattern: '^(auto|\\$\\{.*)$' }),
  },
  flag: {
    written: 'boolean',
    expected: () => 'true or false',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    accepts: (value) => typeof value === 'boolean',
  },
  duration: {
    written: 'text',
    expected: (option) => `a duration with its unit, such as 100ms, 60s, 5m or 1h${range(option, formatDuration)}`,
    parse: parseDuration,
    accepts: (value, option) => Number.isSafeInteger(value) && within(value as number, option),
    json: () => ({ pattern: '^([0-9]+(\\.[0-9]+)?\\s*(ms|s|m|h|d)|.*\\$\\{.*)$' }),
  },
  timeout: {
    written: 'text or number',
    expected: () => 'a duration with its unit, such as 60s or 10m, milliseconds, or -1: unlimited',
    parse: (text) => (/^-?\d+$/.test(text) ? wholeNumber(text) : parseDuration(text)),
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= -1,
    json: () => ({ minimum: -1, pattern: '^(-1|[0-9]+(\\.[0-9]+)?\\s*(ms|s|m|h|d)?|.*\\$\\{.*)$' }),
  },
  size: {
    written: 'text',
    expected: (option) => `a size with its unit, such as 1MB or 512KiB${range(option, (bytes) => `${bytes} bytes`)}`,
    parse: parseSize,
    accepts: (value, option) => Number.isSafeInteger(value) && within(value as number, option),
    json: () => ({ pattern: '^([0-9]+(\\.[0-9]+)?\\s*([kKMG]?B|[KMG]iB)|.*\\$\\{.*)$' }),
  },
  list: {
    written: 'text or list',
    expected: () => 'a list of host:port, or a comma-separated text',
    parse: (text) => text.split(',').map((part) => part.trim()),
    accepts: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && isAddress(item)),
    json: () => ({ minLength: 1, minItems: 1, items: { type: 'string' } }),
  },
  addresses: {
    written: 'text or list',
    expected: () => 'a list of IP addresses and ranges such as 10.0.0.0/8, or a comma-separated text',
    parse: (text) => text.split(',').map((part) => part.trim()),
    accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && isAddressRange(item)),
    json: () => ({ items: { type: 'string' } }),
  },
  map: {
    written: 'object',
    expected: () => 'a map of names to texts, numbers or booleans',
    parse: (text) => (isObject(parseJson(text)) ? text : undefined),
    accepts: (value) =>
      typeof value === 'string' &&
      Object.values(parseJson(value) as object).every((item) => ['string', 'number', 'boolean'].includes(typeof item)),
    json: () => ({ additionalProperties: { type: ['string', 'number', 'boolean'] } }),
  },
  object: {
    written: 'object',
    expected: () => 'a map',
    parse: (text) => (isObject(parseJson(text)) ? text : undefined),
  },
  maps: {
    written: 'object or list',
    expected: ({ items = {} }) => `a map with ${Object.keys(items).join(', ')}, or a list of them`,
    parse: (text) => {
      const value = parseJson(text)
      return isObject(value) ? [value] : Array.isArray(value) ? value : undefined
    },
  },
  schema: {
    written: 'text or object',
    expected: () => 'the path of a schema file, or a schema',
    parse: (text) => (text.trimStart().startsWith('{') && !isObject(parseJson(text)) ? undefined : text),
    accepts: isText,
  },
} satisfies Record<FormatName, Format>

// Prefixed: convict keeps one table of formats per process, and has formats with names like these.
const prefix = 'genesis-'
convict.addFormats(
  Object.fromEntries(
    Object.entries<Format>(formats).map(([name, format]) => [
      prefix + name,
      {
        validate: (value: unknown, option: unknown) => {
          if (!holds(format, value, option as Option)) throw new Error(`must be ${format.expected(option as Option)}`)
        },
        coerce: (text: unknown) => (typeof text === 'string' ? (format.parse?.(text) ?? text) : text),
      },
    ]),
  ),
)

/** The name of a format in convict. */
export function convictFormat(format: FormatName | string[]): string | string[] {
  return typeof format === 'string' ? prefix + format : format
}

export function formatOf(option: Option): Format {
  if (typeof option.format === 'string') return formats[option.format]
  const words = option.format
  return {
    written: 'text',
    expected: () => `one of ${words.join(', ')}`,
    accepts: (value) => words.includes(value as string),
  }
}

/**
 * Whether a value is valid as written. `anyText`: also accepts text for numbers, booleans and maps (environment
 * variables and placeholders are always text).
 */
export function isGood(option: Option, value: unknown, anyText: boolean): boolean {
  const format = formatOf(option)
  if (typeof value === 'string') {
    if (!anyText && !format.written.includes('text')) return false
    const held = format.parse === undefined ? value : format.parse(value)
    return held !== undefined && holds(format, held, option)
  }
  if (isObject(value)) return format.written.includes('object') && holds(format, JSON.stringify(value), option)
  if (Array.isArray(value)) return format.written.includes('list') && holds(format, value, option)
  return format.written.includes(typeof value) && holds(format, value, option)
}

function holds(format: Format, value: unknown, option: Option): boolean {
  return format.accepts?.(value, option) ?? true
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function wholeNumber(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

function isUrl(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol)
}

/** As sent by a browser: no path; `null` for pages without an origin, `*` for every page. */
function isOrigin(text: string): boolean {
  return text === '*' || text === 'null' || (URL.canParse(text) && new URL(text).origin === text)
}

/** host:port, [v6]:port. */
function isAddress(text: string): boolean {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:,/]+):(\d{1,5})$/.exec(text)
  return match !== null && Number(match[2]) >= 1 && Number(match[2]) <= 65_535
}

/** An IP address, or a range of them (CIDR). */
function isAddressRange(text: string): boolean {
  const [address, bits, more] = text.split('/')
  const version = isIP(address)
  const isLength = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  return version !== 0 && isLength && more === undefined
}

function within(value: number, { minimum = -Infinity, maximum = Infinity }: Option): boolean {
  return value >= minimum && value <= maximum
}

function range({ minimum, maximum }: Option, shown: (value: number) => string = String): string {
  const from = minimum === undefined ? '' : ` from ${shown(minimum)}`
  return maximum === undefined ? from : `${from} to ${shown(maximum)}`
}

function limits({ minimum, maximum }: Option): object {
  return { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) }
}
