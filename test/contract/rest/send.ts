import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Call, Scenario, Side } from './call.js'

/** How long a call is sent again until what it waits for holds. */
const untilMs = 60_000
const pauseMs = 50

/** The answers of one scenario by the calls' names. */
export async function play(side: Side, scenario: Scenario): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  for (const call of scenario.calls(side)) {
    if (answers.has(call.does)) throw new Error(`${scenario.name}: two calls are named "${call.does}"`)
    const deadline = Date.now() + untilMs
    let answer = await send(side, call)
    while (call.until !== undefined && !call.until(answer)) {
      if (Date.now() > deadline)
        throw new Error(`${scenario.name}, ${call.does}: still ${JSON.stringify(answer)} after ${untilMs} ms`)
      await sleep(pauseMs)
      answer = await send(side, call)
    }
    answers.set(call.does, answer)
  }
  return answers
}

/** Sends one call. The path goes as it is: URL would tidy it up. */
export function send(side: Side, call: Call): Promise<Answer> {
  const { hostname, port } = new URL(side.url)
  const body =
    call.body === undefined ? undefined : typeof call.body === 'string' ? call.body : JSON.stringify(call.body)
  const headers = {
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...call.headers,
  }
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method: call.method, path: call.path, headers, agent: false }, (got) => {
      const chunks: Buffer[] = []
      got.on('data', (chunk: Buffer) => chunks.push(chunk))
      got.once('error', reject)
      got.once('end', () => {
        const type = got.headers['content-type']?.split(';')[0].trim() ?? null
        const { location, allow } = got.headers
        const text = Buffer.concat(chunks).toString()
        const content = text === '' ? undefined : bodyOf(text, type, call, side)
        resolve({
          status: got.statusCode ?? 0,
          type,
          ...(location !== undefined && { location: decodeURIComponent(new URL(location, side.url).pathname) }),
          ...(allow !== undefined && { allow: allow.split(/, */).sort().join(', ') }),
          ...(content !== undefined && { body: content }),
        })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

function bodyOf(text: string, type: string | null, call: Call, side: Side): unknown {
  if (call.method === 'OPTIONS' && type === 'text/plain') return text.split(/, */).sort().join(', ')
  if (type === 'text/html') return '<a page>'
  if (type !== 'application/json') return text
  const parsed = withoutAdditions(JSON.parse(text) as unknown)
  switch (call.shape) {
    case undefined:
      return normalize(parsed, side)
    case 'types':
      return typesOf(parsed)
    case 'fields':
      return fieldsOf(parsed)
    case 'entries':
      return fieldsOf(Object.values(parsed as object))
  }
}

/** Fields that Connect does not have, and that clients pass over. */
const additions: readonly string[] = ['warnings']

function withoutAdditions(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([key]) => !additions.includes(key)))
}

/** What differs by its nature: whose worker, what a message says, which class and which keys of its own. */
const free = new Set([
  'worker_id',
  'version',
  'message',
  'trace',
  'commit',
  'kafka_cluster_id',
  'last_modified',
  'task.class',
  'genesis_version',
])

function normalize(value: unknown, side: Side): unknown {
  if (Array.isArray(value)) return value.map((item) => normalize(item, side))
  if (typeof value === 'string') return known(value, side)
  if (typeof value !== 'object' || value === null) return value
  if (same(value, side.partition)) return '<partition>'
  const own = Object.keys(side.own)
  const asSent = own.every((key) => (value as Record<string, unknown>)[key] === side.own[key])
  const rest = Object.entries(value).filter(([key]) => !asSent || !own.includes(key))
  return {
    ...(asSent && { '<own>': '<as sent>' }),
    ...Object.fromEntries(
      rest.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [known(key, side), valueOf(key, item, side)]),
    ),
  }
}

function valueOf(key: string, item: unknown, side: Side): unknown {
  if (free.has(key)) return `<${typeOf(item)}>`
  if (key !== 'offset' || typeof item !== 'object' || item === null) return normalize(item, side)
  // Ours says more than where it goes on.
  const isSide = Object.entries(side.offset).every(([name, part]) => (item as Record<string, unknown>)[name] === part)
  return isSide ? '<offset>' : '<another offset>'
}

function known(text: string, side: Side): string {
  if (text === side.connectorClass) return '<class>'
  if (text === side.topic) return '<topic>'
  return text === side.logger ? '<logger>' : text
}

function same(value: object, other: object): boolean {
  return JSON.stringify(value) === JSON.stringify(other)
}

/** Types of the values; of lists each different one once, of maps whose keys are data likewise. */
function typesOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kinds = new Map(value.map((item) => [JSON.stringify(typesOf(item)), typesOf(item)]))
    return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind)
  }
  if (typeof value !== 'object' || value === null) return typeOf(value)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, typesOf(item)]),
  )
}

/** Fields of the objects of a body; of the items of a list, of all of them. */
function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const fields = new Set(value.map((item) => JSON.stringify(fieldsOf(item))))
    return [...fields]
      .sort()
      .map((text) => JSON.parse(text) as unknown)
      .filter((item) => item !== '<value>')
  }
  if (typeof value !== 'object' || value === null) return '<value>'
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, fieldsOf(item)]),
  )
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}
