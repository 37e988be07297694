/** A group of workers as its users see it: calls that any worker answers, and whether all is as it should be. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './chance.js'
import type { GroupWorker } from './group-worker.js'
import type { PlannedConnector } from './plan.js'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

interface TaskState {
  readonly id: number
  readonly state: string
  readonly worker_id: string
  readonly trace?: string
}

interface ConnectorStates {
  readonly status: { readonly connector: { readonly state: string }; readonly tasks: readonly TaskState[] }
}

export interface ConnectorPosition {
  readonly name: string
  readonly complete: boolean
  readonly tasks: readonly { readonly id: number; readonly position: number | null }[]
}

export interface ConnectorOffset {
  readonly partition: { readonly shard: number }
  readonly offset: { readonly position: number }
}

const callMs = 20_000
/** Nothing waits for it: on a busy machine everything takes its time. */
const patienceMs = 300_000
const pollMs = 100

export class Group {
  readonly workers: GroupWorker[]
  connectors: PlannedConnector[] = []
  readonly #chance: Chance

  constructor(workers: readonly GroupWorker[], chance: Chance) {
    this.workers = [...workers]
    this.#chance = chance
  }

  get answering(): readonly GroupWorker[] {
    return this.workers.filter(({ answers }) => answers)
  }

  /** By any worker that answers, and by another one as long as the answer is that it cannot now. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const deadline = performance.now() + patienceMs
    for (let last = 'nobody answers'; ;) {
      const worker = this.#chance.pick(this.answering)
      try {
        const answer = await ask(worker, method, path, body)
        if (answer.status !== 503) return answer
        last = `${worker.name}: ${answer.status} ${JSON.stringify(answer.body)}`
      } catch (error) {
        last = `${worker.name}: ${String(error)}`
      }
      if (performance.now() > deadline) throw new Error(`${method} ${path}: ${last}`)
      await sleep(pollMs)
    }
  }

  /** The same; throws for an answer that is not one of these. */
  async expect(statuses: readonly number[], method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.call(method, path, body)
    if (!statuses.includes(answer.status))
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async states(): Promise<ReadonlyMap<string, ConnectorStates['status']>> {
    const all = (await this.expect([200], 'GET', '/connectors?expand=status')) as Record<string, ConnectorStates>
    return new Map(Object.entries(all).map(([name, { status }]) => [name, status]))
  }

  async positions(): Promise<readonly ConnectorPosition[]> {
    return (await this.expect([200], 'GET', '/genesis/connectors')) as ConnectorPosition[]
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    const { offsets } = (await this.expect([200], 'GET', `/connectors/${name}/offsets`)) as {
      offsets: ConnectorOffset[]
    }
    return offsets
  }

  /**
   * Waits until every task runs, on a worker that is there, as many on each as on the others, and nothing is there that
   * should not be. Resolves with the milliseconds that it took.
   */
  async settled(): Promise<number> {
    const began = performance.now()
    for (;;) {
      const wrong = this.#wrong(await this.states())
      const tookMs = performance.now() - began
      if (wrong === null) return tookMs
      if (tookMs > patienceMs) throw new Error(`the group has not settled: ${wrong}`)
      await sleep(pollMs)
    }
  }

  /** Waits until every connector that runs has gone on, or is complete. */
  async flows(): Promise<void> {
    const began = performance.now()
    const before = positionsOf(await this.positions())
    for (;;) {
      const now = await this.positions()
      const still = now.filter(({ name, complete, tasks }) => {
        if (complete || this.connectors.find((one) => one.name === name)?.target !== 'RUNNING') return false
        return tasks.every(({ id, position }) => (position ?? 0) <= (before.get(`${name} ${id}`) ?? -1))
      })
      if (still.length === 0) return
      if (performance.now() - began > patienceMs)
        throw new Error(`${still.map(({ name }) => name).join(', ')}: no records any more`)
      await sleep(5 * pollMs)
    }
  }

  #wrong(states: ReadonlyMap<string, ConnectorStates['status']>): string | null {
    const expected = new Set(this.connectors.map(({ name }) => name))
    const foreign = [...states.keys()].find((name) => !expected.has(name))
    if (foreign !== undefined) return `${foreign} should not be there`
    const loads = new Map(this.answering.map(({ id }) => [id, 0]))
    for (const { name, tasks, target } of this.connectors) {
      const status = states.get(name)
      if (status === undefined) return `${name} is not there`
      if (status.connector.state !== target) return `${name} is ${status.connector.state}, and not ${target}`
      if (target === 'STOPPED') continue
      if (status.tasks.length !== tasks) return `${name} has ${status.tasks.length} tasks, and not ${tasks}`
      for (const { id, state, worker_id: worker, trace } of status.tasks) {
        if (state !== target) return `${name} task ${id} is ${state} at ${worker}: ${trace?.split('\n')[0] ?? ''}`
        // A task that is paused is nobody's in the states.
        if (target === 'PAUSED') continue
        const load = loads.get(worker)
        if (load === undefined) return `${name} task ${id} is at ${worker}, which is not there`
        loads.set(worker, load + 1)
      }
    }
    return null
  }
}

async function ask({ address }: GroupWorker, method: string, path: string, body: unknown): Promise<Answer> {
  const answer = await fetch(`${address}${path}`, {
    method,
    signal: AbortSignal.timeout(callMs),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

function positionsOf(all: readonly ConnectorPosition[]): Map<string, number> {
  return new Map(
    all.flatMap(({ name, tasks }) => tasks.map(({ id, position }) => [`${name} ${id}`, position ?? -1] as const)),
  )
}
