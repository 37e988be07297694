import type { GenesisError } from '../../errors.js'
import type { Generation, GroupHandlers } from '../../kafka/group-membership.js'
import { assignTasks } from './assignment.js'
import type { GroupFigures } from '../herder.js'
import { decodeAssignment, decodeMetadata, encodeAssignment, encodeMetadata } from './group-protocol.js'

/** As in src/kafka/group-membership.ts. */
export interface Membership {
  start(): void
  rejoin(reason: string): void
  leave(reason?: string): Promise<void>
}

/** What a group member needs from its herder. */
export interface MemberDuties {
  readonly workerId: () => string
  /** How long a lost worker's tasks are reserved for it, in ms. */
  readonly lostWorkerDelayMs: number
  /** Offset up to which the configurations have been read. */
  readonly configOffset: () => number
  readConfigToEnd(): Promise<void>
  /** Rejects if that takes too long. */
  readConfigTo(offset: number): Promise<void>
  /** Keys of all tasks of the group, in the same order on every worker. */
  tasks(): readonly string[]
  /** The worker known to run a task, or to have run it when it was lost; null: none. */
  runnerOf(task: string): string | null
  /** The latest known generation. */
  readonly lastGeneration: () => number
  /** Sets this worker's tasks. Resolves when all others have stopped. */
  own(tasks: ReadonlySet<string>, generation: number): Promise<void>
  /** What keeps the worker from its group; null: resolved. */
  trouble(error: GenesisError | null): void
  /** Permanently unable to take part. */
  failed(error: GenesisError): void
}

interface Round {
  readonly tasks: ReadonlySet<string>
  readonly configOffset: number
  readonly generation: number
  readonly round: number
  /** Whether the group waits for this worker to report tasks as stopped. */
  readonly isAwaited: boolean
}

const rejoinDelayMs = 50
const readRetryMs = 1_000

/** This worker as a member of its group: receives its tasks and, as the leader, assigns everyone's. */
export class GroupMember {
  readonly #duties: MemberDuties
  readonly #membership: Membership
  /** Tasks that this worker runs or has not stopped yet. */
  #owned: ReadonlySet<string> = new Set()
  /** Those of them that it reported when it last joined. */
  #declared: ReadonlySet<string> = new Set()
  #workers: ReadonlySet<string> = new Set()
  #generation = -1
  #isLeader = false
  /** The assignment made by this worker as the leader. */
  #assigned = ''
  /** When workers were first found to be lost, by id. */
  readonly #lostSince = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #rejoinTimer: NodeJS.Timeout | null = null
  /** Serializes assignments; of several waiting, only the last is applied. */
  #taking: Promise<void> = Promise.resolve()
  #round = 0
  /** When the rebalance in progress began, by `performance.now()`; null: none. */
  #rebalancingSince: number | null = null
  #rebalances = 0
  #rebalanceMs = 0

  constructor(duties: MemberDuties, makeMembership: (handlers: GroupHandlers) => Membership) {
    this.#duties = duties
    this.#membership = makeMembership({
      metadata: () => this.#metadata(),
      assign: (members) => this.#assign(members),
      joined: (generation) => this.#joined(generation),
      // Tasks that do not move never stop.
      rebalancing: () => void this.#rebalancing(),
      lost: () => this.#lost(),
      trouble: (error) => duties.trouble(error),
      failed: (error) => duties.failed(error),
    })
  }

  get figures(): GroupFigures {
    return {
      workers: [...this.#workers],
      generation: this.#generation,
      rebalances: this.#rebalances,
      rebalanceMs: this.#rebalanceMs,
      isRebalancing: this.#rebalancingSince !== null,
    }
  }

  /** Of the last assignment; -1: none. */
  get generation(): number {
    return this.#generation
  }

  owns(task: string): boolean {
    return this.#owned.has(task)
  }

  /** Whether a worker was in the group at the last assignment; true for all while this worker is in no group. */
  isMember(workerId: string): boolean {
    return this.#workers.size === 0 || this.#workers.has(workerId)
  }

  start(): void {
    this.#membership.start()
  }

  /** The group's tasks may have changed: the leader starts another assignment. */
  tasksChanged(): void {
    if (!this.#isLeader || this.#rejoinTimer !== null || this.#key() === this.#assigned) return
    // A thousand connectors created together take one round.
    this.#rejoinTimer = setTimeout(() => {
      this.#rejoinTimer = null
      this.#membership.rejoin('connectors have changed')
    }, rejoinDelayMs)
  }

  /** Call when its tasks have stopped, and the group knows. Never rejects. */
  async leave(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    if (this.#rejoinTimer !== null) clearTimeout(this.#rejoinTimer)
    this.#isLeader = false
    this.#round++
    await this.#membership.leave('the worker stops')
  }

  #metadata(): Buffer {
    const { workerId, configOffset, lastGeneration } = this.#duties
    this.#rebalancing()
    this.#declared = this.#owned
    return encodeMetadata({
      workerId: workerId(),
      configOffset: configOffset(),
      tasks: [...this.#owned],
      generation: lastGeneration(),
    })
  }

  async #assign(members: ReadonlyMap<string, Buffer>): Promise<ReadonlyMap<string, Buffer>> {
    await this.#duties.readConfigToEnd()
    const said = new Map([...members].map(([id, bytes]) => [id, decodeMetadata(bytes)]))
    const workers = [...new Set([...said.values()].map(({ workerId }) => workerId))].sort()
    const tasks = this.#duties.tasks()
    const running = new Map([...said].map(([id, member]) => [id, new Set(member.tasks)]))
    const owned = new Set([...said.values()].flatMap((member) => member.tasks))
    const { tasks: awaited, forMs: rejoinInMs } = this.#awaited(
      tasks.filter((task) => !owned.has(task)),
      new Set(workers),
    )
    const { tasks: given } = assignTasks({ tasks, members: running, awaited })
    this.#assigned = this.#key()
    const configOffset = this.#duties.configOffset()
    const last = Math.max(this.#duties.lastGeneration(), ...[...said.values()].map((member) => member.generation))
    const of = { generation: last + 1, configOffset, workers, rejoinInMs }
    return new Map([...given].map(([id, own]) => [id, encodeAssignment({ ...of, tasks: own })] as const))
  }

  /** Those of the tasks that no worker runs whose worker may return, and how long they wait for it (null: not at all). */
  #awaited(
    tasks: readonly string[],
    workers: ReadonlySet<string>,
  ): { readonly tasks: ReadonlySet<string>; readonly forMs: number | null } {
    const now = performance.now()
    const { lostWorkerDelayMs } = this.#duties
    const awaited = new Set<string>()
    const lost = new Set<string>()
    let forMs = Infinity
    for (const task of tasks) {
      const runner = this.#duties.runnerOf(task)
      if (runner === null || workers.has(runner)) continue
      lost.add(runner)
      const since = this.#lostSince.get(runner) ?? now
      this.#lostSince.set(runner, since)
      const leftMs = since + lostWorkerDelayMs - now
      if (leftMs <= 0) continue
      awaited.add(task)
      forMs = Math.min(forMs, Math.ceil(leftMs) + 1)
    }
    for (const runner of this.#lostSince.keys()) if (!lost.has(runner)) this.#lostSince.delete(runner)
    return { tasks: awaited, forMs: awaited.size > 0 ? forMs : null }
  }

  #joined({ memberId, leaderId, assignment }: Generation): void {
    const { generation, tasks, configOffset, workers, rejoinInMs } = decodeAssignment(assignment)
    const round = ++this.#round
    // All members rejoin on their own: otherwise they would learn of the leader's rejoin only with their next heartbeats.
    if (rejoinInMs !== null)
      this.#later(rejoinInMs, () => {
        if (round === this.#round) this.#membership.rejoin('a lost worker has not returned')
      })
    // Nobody gets them until the group knows that they have stopped, even if they were revoked in an earlier round.
    const isAwaited = [...this.#declared].some((task) => !tasks.includes(task))
    this.#generation = generation
    this.#isLeader = memberId === leaderId
    this.#workers = new Set(workers)
    this.#taking = this.#taking.then(() =>
      this.#take({ tasks: new Set(tasks), configOffset, generation, round, isAwaited }),
    )
    // The log may have grown during the assignment.
    this.tasksChanged()
  }

  async #take({ tasks, configOffset, generation, round, isAwaited }: Round): Promise<void> {
    if (round !== this.#round) return
    const revoked = [...this.#owned].filter((task) => !tasks.has(task))
    // Revokes first, while the configurations are read.
    const staying = new Set([...this.#owned].filter((task) => tasks.has(task)))
    if (revoked.length > 0) await this.#duties.own(staying, generation)
    this.#owned = staying
    for (;;) {
      if (round !== this.#round) return
      try {
        await this.#duties.readConfigTo(configOffset)
        break
      } catch {
        // Kafka is unreachable, as the store reports. An assignment based on unknown configurations is useless.
        await new Promise<void>((resolve) => this.#later(readRetryMs, resolve))
      }
    }
    if (round !== this.#round) return
    this.#owned = tasks
    await this.#duties.own(tasks, generation)
    if (round === this.#round) this.#rebalanced()
    if (isAwaited && round === this.#round) this.#membership.rejoin('tasks have been handed over')
  }

  /** Several rounds in a row are one rebalance. */
  #rebalancing(): void {
    this.#rebalancingSince ??= performance.now()
  }

  #rebalanced(): void {
    this.#rebalances++
    this.#rebalanceMs += performance.now() - (this.#rebalancingSince ?? performance.now())
    this.#rebalancingSince = null
  }

  /** Others may run its tasks by now: they would be fenced one by one. */
  #lost(): void {
    const round = ++this.#round
    this.#isLeader = false
    this.#workers = new Set()
    const generation = this.#generation
    this.#owned = new Set()
    this.#taking = this.#taking.then(async () => {
      if (round === this.#round) await this.#duties.own(new Set(), generation)
    })
  }

  #key(): string {
    return this.#duties.tasks().join(' ')
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }
}
