import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { kafkaError, protocolFailure } from './errors.js'
import { GroupCoordinator } from './group-coordinator.js'
import type { GroupProtocol, Joined } from './group-coordinator.js'
import { protocolError } from './protocol-errors.js'

export interface GroupMembershipOptions extends GroupProtocol {
  /** How often the coordinator hears of this member. A third of the session timeout or less. */
  readonly heartbeatMs: number
}

/** One round of the group, as this member is in it. */
export interface Generation {
  readonly generation: number
  readonly memberId: string
  readonly leaderId: string
  /** What the leader assigned to this member. */
  readonly assignment: Buffer
}

/** What a member of a group is asked, and told. Called one at a time; must not throw. */
export interface GroupHandlers {
  /** What this member tells the leader of itself. Asked whenever it joins. */
  metadata(): Buffer
  /** On the leader: what each member is to have, by member id. A rejection makes the group join again. */
  assign(
    members: ReadonlyMap<string, Buffer>,
    generation: number,
    memberId: string,
  ): Promise<ReadonlyMap<string, Buffer>>
  /** A generation has begun. */
  joined(generation: Generation): void
  /** The group is changing; what was assigned holds until `joined` or `lost`. */
  rebalancing(): void
  /** Others may have what was assigned to this member: its session has ended, or may have. It joins again by itself. */
  lost(reason: GenesisError): void
  /** The coordinator cannot be reached, or has something else to say that passes; null: it is over. */
  trouble(error: GenesisError | null): void
  /** The group cannot be joined, and nothing is tried any more: no permission, or the group is somebody else's. */
  failed(error: GenesisError): void
}

const unknownMember = 25
const illegalGeneration = 22
const rebalanceInProgress = 27
const inconsistentProtocol = 23
const memberIdRequired = 79
const movedCodes: readonly number[] = [14, 15, 16]

const firstRetryMs = 50
const maxRetryMs = 1_000

/**
 * A member of a group with a protocol type of its own, after KIP-62: joins, has the leader assign, keeps its session alive, and
 * joins again when the group changes. Knows nothing of what is assigned.
 */
export class GroupMembership {
  readonly #options: GroupMembershipOptions
  readonly #handlers: GroupHandlers
  readonly #coordinator: GroupCoordinator
  #memberId = ''
  #joined: Joined | null = null
  /** When a heartbeat (or a join) was sent that the coordinator has answered. */
  #heardAt = 0
  #isTroubled = false
  /** Why to join (again); a new object each time, so that one that comes while a join is under way is not taken for it. */
  #rejoin: { readonly reason: string } | null = { reason: 'starting' }
  #leaving = false
  #wake: () => void = () => {}
  #running: Promise<void> | null = null

  constructor(cluster: ClusterOptions, options: GroupMembershipOptions, handlers: GroupHandlers) {
    this.#options = options
    this.#handlers = handlers
    this.#coordinator = new GroupCoordinator(cluster, options)
  }

  /** The id that the coordinator gave; empty before. */
  get memberId(): string {
    return this.#memberId
  }

  /** The generation that this member is in; -1: in none. */
  get generation(): number {
    return this.#joined?.generation ?? -1
  }

  /** Begins; returns at once. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Has the whole group join again, with the metadata as it is by now. Asked several times, it happens at least once. */
  rejoin(reason: string): void {
    this.#rejoin = { reason }
    this.#wake()
  }

  /** Leaves: the others need not wait for the session to end. Resolves when nothing is called any more. Never rejects. */
  async leave(reason = 'leaving'): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    this.#wake()
    if (this.#memberId !== '')
      await Promise.race([
        this.#coordinator.leave(this.#memberId, reason).catch(() => {
          // The session's end tells the others.
        }),
        sleep(this.#options.sessionTimeoutMs, null, { ref: false }),
      ])
    await this.#coordinator.close()
    await this.#running
  }

  async #run(): Promise<void> {
    let retryMs = firstRetryMs
    while (!this.#leaving) {
      try {
        if (this.#rejoin !== null) await this.#join(this.#rejoin)
        else await this.#heartbeat()
        retryMs = firstRetryMs
        this.#settled()
      } catch (thrown) {
        if (this.#leaving) return
        const error = kafkaError(thrown, { group: this.#options.groupId })
        if (!error.retriable) return this.#handlers.failed(error)
        await this.#coordinator.drop()
        if (!this.#isTroubled) this.#handlers.trouble(error)
        this.#isTroubled = true
        this.#checkSession(error)
        await this.#pause(retryMs)
        retryMs = Math.min(2 * retryMs, maxRetryMs)
      }
    }
  }

  async #join(asked: { readonly reason: string }): Promise<void> {
    const began = performance.now()
    const { code, value } = await this.#coordinator.join(this.#memberId, this.#handlers.metadata(), asked.reason)
    if (this.#leaving) return
    if (code === memberIdRequired) {
      this.#memberId = value.memberId
      return
    }
    if (code !== 0) return this.#refused(code)
    this.#memberId = value.memberId
    this.#heardAt = began
    // Asked for while this one was under way: its metadata is not in it.
    if (this.#rejoin === asked) this.#rejoin = null
    const assignments = value.leaderId === value.memberId ? await this.#assigned(value) : new Map<string, Buffer>()
    const synced = await this.#coordinator.sync(value, assignments)
    if (this.#leaving) return
    if (synced.code !== 0) {
      this.#rejoin ??= { reason: 'not synchronised' }
      return this.#refused(synced.code)
    }
    this.#heardAt = performance.now()
    this.#joined = value
    const { generation, memberId, leaderId } = value
    this.#handlers.joined({ generation, memberId, leaderId, assignment: synced.value })
  }

  /** The members wait for it meanwhile; whatever keeps the leader from it, the next round may do better. */
  async #assigned({ members, generation, memberId }: Joined): Promise<ReadonlyMap<string, Buffer>> {
    try {
      return await this.#handlers.assign(members, generation, memberId)
    } catch (cause) {
      this.#rejoin ??= { reason: 'nothing was assigned' }
      throw new GenesisError('KAFKA_RETRIABLE', 'nothing was assigned to the members of the group', {
        place: `group ${this.#options.groupId}`,
        found: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }

  async #heartbeat(): Promise<void> {
    const joined = this.#joined
    if (joined === null) return this.rejoin('not in a generation')
    await this.#pause(this.#options.heartbeatMs)
    if (this.#leaving || this.#rejoin !== null) return
    // The process may have stood still.
    this.#checkSession(null)
    const began = performance.now()
    const code = await this.#within(this.#coordinator.heartbeat(joined))
    if (this.#leaving) return
    if (code === 0) this.#heardAt = began
    else this.#refused(code)
  }

  /** What the coordinator's error codes mean; throws what passes by itself, and what does not. */
  #refused(code: number): void {
    const { groupId, type } = this.#options
    const error = protocolFailure(code, { group: groupId, operation: 'Read' })
    if (code === rebalanceInProgress) {
      this.#heardAt = performance.now()
      this.#handlers.rebalancing()
      return this.rejoin('the group is rebalancing')
    }
    if (code === unknownMember || code === illegalGeneration) {
      if (code === unknownMember) this.#memberId = ''
      this.#lose(error)
      return this.rejoin(protocolError(code).name)
    }
    if (movedCodes.includes(code)) throw error
    if (code === inconsistentProtocol)
      throw new GenesisError('KAFKA_REJECTED', 'the group belongs to something else', {
        place: `group ${groupId}`,
        found: 'members of another kind, as a Kafka Connect cluster or consumers',
        expected: `members of the type ${type}`,
        remedy: 'Choose another group.id',
        cause: error,
      })
    throw error
  }

  /** The coordinator may have given up this member by now. */
  #checkSession(error: GenesisError | null): void {
    const silentMs = performance.now() - this.#heardAt
    const { sessionTimeoutMs, groupId } = this.#options
    if (this.#joined === null || silentMs <= sessionTimeoutMs) return
    this.#lose(
      new GenesisError('KAFKA_TIMEOUT', 'the session in the group has ended', {
        place: `group ${groupId}`,
        found: `nothing heard for ${Math.round(silentMs)} ms`,
        expected: `a heartbeat within ${sessionTimeoutMs} ms`,
        cause: error ?? undefined,
      }),
    )
    this.rejoin('the session may have ended')
  }

  #lose(error: GenesisError): void {
    if (this.#joined === null) return
    this.#joined = null
    this.#handlers.lost(error)
  }

  #settled(): void {
    if (this.#isTroubled) this.#handlers.trouble(null)
    this.#isTroubled = false
  }

  /** An answer that is not there within the session timeout is of no use. */
  async #within<T>(answer: Promise<T>): Promise<T> {
    const { sessionTimeoutMs, groupId } = this.#options
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new GenesisError('KAFKA_TIMEOUT', 'a broker did not answer in time', {
            place: `group ${groupId}`,
            found: `no answer to a heartbeat after ${sessionTimeoutMs} ms`,
          }),
        )
      }, sessionTimeoutMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
      answer.catch(() => {})
    }
  }

  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, ms)
      if (this.#leaving) resolve()
    })
    clearTimeout(timer)
  }
}
