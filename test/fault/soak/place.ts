/** A standalone worker, or a group: its connectors, and restarts of its workers under whatever they do. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../chaos/chance.js'
import { Group } from '../chaos/group.js'
import type { GroupWorker } from '../chaos/group-worker.js'
import type { PlannedConnector } from '../chaos/plan.js'
import { heldBy } from '../chaos/resources.js'
import type { Measurement } from './growth.js'

const againMs = 60_000
const pollMs = 50

/** How the workers were restarted. */
export class RestartCount {
  terms = 0
  kills = 0
  slowestTermMs = 0
  readonly faults: string[] = []
}

export class Place {
  readonly name: string
  readonly group: Group
  readonly #deletions = new Map<string, number>()
  readonly #deleted = new Set<string>()
  /** Of each worker since its last start. */
  readonly #lives = new Map<GroupWorker, { readonly began: number; readonly measured: Measurement[] }>()
  #away = 0

  constructor(name: string, workers: readonly GroupWorker[], chance: Chance) {
    this.name = name
    this.group = new Group(workers, chance)
  }

  get connectors(): readonly PlannedConnector[] {
    return this.group.connectors
  }

  /** Whether a worker is down, or has not found its place again: calls may be refused. */
  get isAway(): boolean {
    return this.#away > 0
  }

  anyone(chance: Chance): GroupWorker | null {
    const { answering } = this.group
    return answering.length === 0 ? null : chance.pick(answering)
  }

  /** From before its deletion until after its creation. */
  isDeleted(name: string): boolean {
    return this.#deleted.has(name)
  }

  deletionsOf(name: string): number {
    return this.#deletions.get(name) ?? 0
  }

  /** Notes that a connector is about to be deleted. */
  deletes(name: string): void {
    this.#deletions.set(name, this.deletionsOf(name) + 1)
    this.#deleted.add(name)
  }

  /** Notes that it is there again. */
  created(name: string): void {
    this.#deleted.delete(name)
  }

  async start(): Promise<void> {
    await Promise.all(this.group.workers.map((worker) => this.#startOne(worker)))
  }

  async create(connectors: PlannedConnector[]): Promise<void> {
    for (const { name, config } of connectors) await this.group.expect([201], 'POST', '/connectors', { name, config })
    this.group.connectors = connectors
  }

  async restart(worker: GroupWorker, signal: 'SIGTERM' | 'SIGKILL', count: RestartCount): Promise<void> {
    this.#away++
    try {
      const began = performance.now()
      if (signal === 'SIGKILL') {
        count.kills++
        await worker.kill()
      } else {
        count.terms++
        const status = await worker.stop()
        count.slowestTermMs = Math.max(count.slowestTermMs, performance.now() - began)
        if (status !== 0) count.faults.push(`${worker.name}: exit status ${status} after SIGTERM`)
      }
      await this.#startOne(worker)
      if (!(await this.#isBack())) count.faults.push(`${worker.name}: not back ${againMs / 1000} s after ${signal}`)
    } finally {
      this.#away--
    }
  }

  async measure(): Promise<void> {
    for (const [{ pid }, { began, measured }] of this.#lives) {
      const held = pid === undefined ? null : await heldBy(pid)
      if (held !== null) measured.push({ ...held, atMs: performance.now() - began })
    }
  }

  /** Since its last start. */
  lifeOf(worker: GroupWorker): readonly Measurement[] {
    return this.#lives.get(worker)?.measured ?? []
  }

  /** What each worker holds now. */
  held(): string {
    return this.group.workers
      .map((worker) => {
        const last = this.lifeOf(worker).at(-1)
        const shown = last && `${last.residentMegabytes} MB ${last.handles} handles ${last.threads} threads`
        return `${worker.name} ${worker.runs && shown ? shown : 'down'}`
      })
      .join(', ')
  }

  async #startOne(worker: GroupWorker): Promise<void> {
    this.#lives.delete(worker)
    const began = performance.now()
    await worker.start()
    this.#lives.set(worker, { began, measured: [] })
  }

  /** Every worker answers again. */
  async #isBack(): Promise<boolean> {
    const deadline = performance.now() + againMs
    for (;;) {
      const asked = this.group.workers.map(({ address }) =>
        fetch(`${address}/connectors`, { signal: AbortSignal.timeout(againMs) }).then(({ ok }) => ok),
      )
      const all = await Promise.all(asked.map((one) => one.catch(() => false)))
      if (all.every((ok) => ok)) return true
      if (performance.now() > deadline) return false
      await sleep(pollMs)
    }
  }
}
