/** Calls of a place's REST interface, counted; and whether each was answered as it should be. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../chaos/chance.js'
import type { GroupWorker } from '../chaos/group-worker.js'
import { ratesPerSecond } from './plan.js'
import type { Place } from './place.js'

/** A call, and the statuses that are right. */
interface Call {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly right: readonly number[]
  /** Those that are right too, if an earlier attempt may have been done although its answer was lost. */
  readonly rightAgain?: readonly number[]
}

const callMs = 20_000
const readEveryMs = 50
const changeEveryMs = 250
const retryMs = 100
const shownFailures = 10

export class CallCount {
  calls = 0
  /** Attempts without an answer, or answered with 503, while a worker was away. */
  retries = 0
  failures = 0
  readonly shown: string[] = []
  readonly #times: number[] = []

  add(tookMs: number): void {
    this.calls++
    this.#times.push(tookMs)
  }

  fail(what: string): void {
    this.failures++
    if (this.shown.length < shownFailures) this.shown.push(what)
  }

  /** Of the answered calls. */
  quantileMs(q: number): number {
    const sorted = this.#times.sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
  }
}

/** Reads of everything, one after the other, until the signal. */
export async function read(place: Place, chance: Chance, count: CallCount, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { name } = chance.pick(place.connectors)
    const [wasDeleted, deletions] = [place.isDeleted(name), place.deletionsOf(name)]
    const mayBeGone = (): boolean => wasDeleted || place.deletionsOf(name) !== deletions
    await answered(place, chance, count, chance.pick(reads)(name), mayBeGone)
    await sleep(readEveryMs)
  }
}

const readsOf = (path: string) => (): Call => ({ method: 'GET', path, right: [200] })
const readsOfOne =
  (path: string) =>
  (name: string): Call => ({ method: 'GET', path: path.replace('{name}', name), right: [200] })
const model = { 'connector.class': 'GenesisSource', model: 'customers.json', topic: 'none', 'value.format': 'json' }

const reads: readonly ((name: string) => Call)[] = [
  ...['/', '/health', '/metrics', '/connectors', '/connectors?expand=status&expand=info'].map(readsOf),
  ...['/genesis/connectors', '/genesis/workers', '/admin/loggers', '/connector-plugins'].map(readsOf),
  ...['', '/status', '/config', '/tasks', '/topics', '/offsets'].map((path) => readsOfOne(`/connectors/{name}${path}`)),
  readsOfOne('/genesis/connectors/{name}'),
  () => ({
    ...{ method: 'PUT', path: '/connector-plugins/GenesisSource/config/validate', right: [200] },
    body: { name: 'none', ...model },
  }),
  () => ({ method: 'POST', path: '/genesis/dry-run', right: [200], body: { config: model } }),
]

/** Changes of all connectors, one after the other, until the signal; then everything is as it was planned. */
export async function change(place: Place, chance: Chance, count: CallCount, signal: AbortSignal): Promise<void> {
  const ask = (call: Call): Promise<void> => answered(place, chance, count, call, () => false)
  while (!signal.aborted) {
    const { name, config } = chance.pick(place.connectors)
    const path = `/connectors/${name}`
    const patch = { 'throughput.rate': String(chance.pick(ratesPerSecond)) }
    const put = (what: string, status: number): Call => ({ method: 'PUT', path: `${path}/${what}`, right: [status] })
    const kinds: readonly (readonly Call[])[] = [
      [put('pause', 202), put('resume', 202)],
      [put('stop', 204), put('resume', 202)],
      [{ method: 'POST', path: `${path}/restart?includeTasks=true`, right: [202] }],
      [{ method: 'POST', path: `${path}/restart`, right: [204] }],
      [{ method: 'PATCH', path: `${path}/config`, body: patch, right: [200] }],
      [
        { method: 'DELETE', path, right: [204], rightAgain: [404] },
        { method: 'POST', path: '/connectors', body: { name, config }, right: [201], rightAgain: [409] },
      ],
    ]
    for (const call of chance.pick(kinds)) {
      if (call.method === 'DELETE') place.deletes(name)
      await ask(call)
      if (call.path === '/connectors') place.created(name)
      await sleep(changeEveryMs)
    }
  }
}

/** `mayBeGone`: whether 404 is right, as the connector is deleted for a moment. */
async function answered(
  place: Place,
  chance: Chance,
  count: CallCount,
  call: Call,
  mayBeGone: () => boolean,
): Promise<void> {
  const what = `${place.name}: ${call.method} ${call.path}`
  for (let isRepeated = false; ; isRepeated = true) {
    const wasAway = place.isAway
    const [began, worker] = [performance.now(), place.anyone(chance)]
    const status = worker === null ? null : await send(worker, call)
    if (typeof status === 'number' && status !== 503) {
      count.add(performance.now() - began)
      const right = isRepeated ? [...call.right, ...(call.rightAgain ?? [])] : call.right
      if (!right.includes(status) && !(status === 404 && mayBeGone())) count.fail(`${what}: ${status}`)
      return
    }
    if (wasAway || place.isAway) count.retries++
    else return count.fail(`${what}: ${status ?? 'nobody to ask'}`)
    await sleep(retryMs)
  }
}

/** Its status; or why there is none. */
async function send({ address }: GroupWorker, { method, path, body }: Call): Promise<number | string> {
  try {
    const answer = await fetch(`${address}${path}`, {
      method,
      signal: AbortSignal.timeout(callMs),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    return String(error)
  }
}
