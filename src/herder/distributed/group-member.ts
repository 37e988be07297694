import type { GenesisError } from '../../errors.js'
import type { Generation, GroupHandlers } from '../../kafka/group-membership.js'
import { assignTasks } from './assignment.js'
import { decodeAssignment, decodeMetadata, encodeAssignment, encodeMetadata } from './group-protocol.js'

/** As src/kafka/group-membership.ts has it. */
export interface Membership {
  start(): void
  rejoin(reason: string): void
  leave(reason?: string): Promise<void>
}

/** What a member of the group needs of its herder. */
export interface MemberDuties {
  readonly workerId: () => string
  /** How long the tasks of a lost worker are kept for it, in ms. */
  readonly lostWorkerDelayMs: number
  /** The offset to which the configurations are read. */
  readonly configOffset: () => number
  readConfigToEnd(): Promise<void>
  /** Rejects where that takes too long. */
  readConfigTo(offset: number): Promise<void>
  /** Keys of all tasks that the group is to have, in an order that every worker takes. */
  tasks(): readonly string[]
  /** The worker that is known to run a task, or to have run it when it was lost; null: nobody does. */
  runnerOf(task: string): string | null
  /** The last generation of which anything is known. */
  readonly lastGeneration: () => number
  /** These are this worker's from now on, and no others. Resolves when those that are not have ended. */
  own(tasks: ReadonlySet<string>, generation: number): Promise<void>
  /** What keeps the worker from its group; null: nothing any more. */
  trouble(error: GenesisError | null): void
  /** It cannot take part any more. */
  failed(error: GenesisError): void
}

interface Round {
  readonly tasks: ReadonlySet<string>
  readonly configOffset: number
  readonly generation: number
  readonly round: number
  /** Whether the group waits for this worker to say that tasks have ended here. */
  readonly isAwaited: boolean
}

const rejoinDelayMs = 50
const readRetryMs = 1_000

/** This worker in its group: which tasks it has, and as the leader which tasks everybody has. */
export class GroupMember {
  readonly #duties: MemberDuties
  readonly #membership: Membership
  /** Tasks that this worker runs or has not ended yet. */
  #owned: ReadonlySet<string> = new Set()
  /** Of them, those that it has said it has, when it last joined. */
  #declared: ReadonlySet<string> = new Set()
  #workers: ReadonlySet<string> = new Set()
  #generation = -1
  #isLeader = false
  /** What was dealt out by this worker as the leader. */
  #dealt = ''
  /** When workers were first found to be lost, by id. */
  readonly #lostSince = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #rejoinTimer: NodeJS.Timeout | null = null
  /** Assignments one after the other; of several that wait the last. */
  #taking: Promise<void> = Promise.resolve()
  #round = 0

  constructor(duties: MemberDuties, makeMembership: (handlers: GroupHandlers) => Membership) {
    this.#duties = duties
    this.#membership = makeMembership({
      metadata: () => this.#metadata(),
      assign: (members) => this.#assign(members),
      joined: (generation) => this.#joined(generation),
      // What does not move never stops.
      rebalancing: () => undefined,
      lost: () => this.#lost(),
      trouble: (error) => duties.trouble(error),
      failed: (error) => duties.failed(error),
    })
  }

  /** Of the last assignment; -1: there is none. */
  get generation(): number {
    return this.#generation
  }

  owns(task: string): boolean {
    return this.#owned.has(task)
  }

  /** Whether a worker was in the group when it was last dealt out; every one while this worker is in no group. */
  isMember(workerId: string): boolean {
    return this.#workers.size === 0 || this.#workers.has(workerId)
  }

  start(): void {
    this.#membership.start()
  }

  /** The group may have other tasks by now: the leader has them dealt out again. */
  tasksChanged(): void {
    if (!this.#isLeader || this.#rejoinTimer !== null || this.#key() === this.#dealt) return
    // A thousand connectors that are created together are one round.
    this.#rejoinTimer = setTimeout(() => {
      this.#rejoinTimer = null
      this.#membership.rejoin('the connectors have changed')
    }, rejoinDelayMs)
  }

  /** Call when its tasks have ended, and the group knows. Never rejects. */
  async leave(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    if (this.#rejoinTimer !== null) clearTimeout(this.#rejoinTimer)
    this.#isLeader = false
    this.#round++
    await this.#membership.leave('the worker stops')
  }

  #metadata(): Buffer {
    const { workerId, configOffset, lastGeneration } = this.#duties
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
    const awaited = this.#awaited(
      tasks.filter((task) => !owned.has(task)),
      new Set(workers),
    )
    const { tasks: given } = assignTasks({ tasks, members: running, awaited })
    this.#dealt = this.#key()
    const configOffset = this.#duties.configOffset()
    const last = Math.max(this.#duties.lastGeneration(), ...[...said.values()].map((member) => member.generation))
    const of = { generation: last + 1, configOffset, workers }
    return new Map([...given].map(([id, own]) => [id, encodeAssignment({ ...of, tasks: own })] as const))
  }

  /** Of tasks that nobody runs, those whose worker may come back; there is another round when it has not. */
  #awaited(tasks: readonly string[], workers: ReadonlySet<string>): Set<string> {
    const now = performance.now()
    const { lostWorkerDelayMs } = this.#duties
    const awaited = new Set<string>()
    const lost = new Set<string>()
    for (const task of tasks) {
      const runner = this.#duties.runnerOf(task)
      if (runner === null || workers.has(runner)) continue
      lost.add(runner)
      const since = this.#lostSince.get(runner) ?? now
      this.#lostSince.set(runner, since)
      if (now - since < lostWorkerDelayMs) awaited.add(task)
    }
    for (const runner of this.#lostSince.keys()) if (!lost.has(runner)) this.#lostSince.delete(runner)
    if (awaited.size > 0) {
      const first = Math.min(...[...lost].map((runner) => this.#lostSince.get(runner) ?? now))
      this.#later(Math.max(0, first + lostWorkerDelayMs - now) + 1, () => {
        if (this.#isLeader) this.#membership.rejoin('a worker that was lost has not come back')
      })
    }
    return awaited
  }

  #joined({ memberId, leaderId, assignment }: Generation): void {
    const { generation, tasks, configOffset, workers } = decodeAssignment(assignment)
    const round = ++this.#round
    // Nobody gets them before the group knows that they have ended, also where they were taken away in an earlier round.
    const isAwaited = [...this.#declared].some((task) => !tasks.includes(task))
    this.#generation = generation
    this.#isLeader = memberId === leaderId
    this.#workers = new Set(workers)
    this.#taking = this.#taking.then(() =>
      this.#take({ tasks: new Set(tasks), configOffset, generation, round, isAwaited }),
    )
    // Something may have come into the log while it was dealt out.
    this.tasksChanged()
  }

  async #take({ tasks, configOffset, generation, round, isAwaited }: Round): Promise<void> {
    if (round !== this.#round) return
    const revoked = [...this.#owned].filter((task) => !tasks.has(task))
    // Revoked first, and while the configurations are read.
    const staying = new Set([...this.#owned].filter((task) => tasks.has(task)))
    if (revoked.length > 0) await this.#duties.own(staying, generation)
    this.#owned = staying
    for (;;) {
      if (round !== this.#round) return
      try {
        await this.#duties.readConfigTo(configOffset)
        break
      } catch {
        // Kafka is away, and the store says so. An assignment by configurations that are not known is no use.
        await new Promise<void>((resolve) => this.#later(readRetryMs, resolve))
      }
    }
    if (round !== this.#round) return
    this.#owned = tasks
    await this.#duties.own(tasks, generation)
    if (isAwaited && round === this.#round) this.#membership.rejoin('tasks have been given back')
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
