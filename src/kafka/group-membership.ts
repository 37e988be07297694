import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { kafkaError, protocolFailure } from './errors.js'
import { GroupCoordinator } from './group-coordinator.js'
import type { GroupProtocol, Joined } from './group-coordinator.js'
import { protocolError } from './protocol-errors.js'

export interface GroupMembershipOptions extends GroupProtocol {
  /** Heartbeat interval. At most a third of the session timeout. */
  readonly heartbeatMs: number
}

/** One generation of the group, as seen by this member. */
export interface Generation {
  readonly generation: number
  readonly memberId: string
  readonly leaderId: string
  /** This member's assignment from the leader. */
  readonly assignment: Buffer
}

/** Callbacks of a group member. Called one at a time; must not throw. */
export interface GroupHandlers {
  /** This member's metadata for the leader. Called on every join. */
  metadata(): Buffer
  /** On the leader: every member's assignment, by member id. A rejection makes the group rejoin. */
  assign(
    members: ReadonlyMap<string, Buffer>,
    generation: number,
    memberId: string,
  ): Promise<ReadonlyMap<string, Buffer>>
  /** A generation has started. */
  joined(generation: Generation): void
  /** A rebalance has started; the old assignment holds until `joined` or `lost`. */
  rebalancing(): void
  /** This member's assignment may now belong to others: its session has ended, or may have. It rejoins by itself. */
  lost(reason: GenesisError): void
  /** The coordinator cannot be reached or returned a temporary error; null: recovered. */
  trouble(error: GenesisError | null): void
  /** The group cannot be joined and no further attempt is made: no permission, or the group is someone else's. */
  failed(error: GenesisError): void
}

const unknownMember = 25
const illegalGeneration = 22
const rebalanceInProgress = 27
const inconsistentProtocol = 23
const memberIdRequired = 79
const movedCodes: readonly number[] = [14, 15, 16]

/** How long leaving waits for the coordinator, ms. The request is sent anyway, and a session ends by itself. */
const leaveMs = 3_000
const firstRetryMs = 50
const maxRetryMs = 1_000

/**
 * A member of a group with a custom protocol type, after KIP-62: joins, has the leader assign, keeps its session alive, and
 * rejoins in a rebalance. Knows nothing of what is assigned.
 */
export class GroupMembership {
  readonly #options: GroupMembershipOptions
  readonly #handlers: GroupHandlers
  readonly #coordinator: GroupCoordinator
  #memberId = ''
  #joined: Joined | null = null
  /** When the last acknowledged heartbeat (or join) was sent. */
  #heardAt = 0
  #isTroubled = false
  /** Why to (re)join; a new object each time, to tell a request made during a join from the one that started it. */
  #rejoin: { readonly reason: string } | null = { reason: 'starting' }
  #leaving = false
  #wake: () => void = () => {}
  #running: Promise<void> | null = null

  constructor(cluster: ClusterOptions, options: GroupMembershipOptions, handlers: GroupHandlers) {
    this.#options = options
    this.#handlers = handlers
    this.#coordinator = new GroupCoordinator(cluster, options)
  }

  /** Assigned by the coordinator; empty before that. */
  get memberId(): string {
    return this.#memberId
  }

  /** This member's generation; -1: none. */
  get generation(): number {
    return this.#joined?.generation ?? -1
  }

  /** Starts; returns at once. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Makes the whole group rejoin with current metadata. Repeated requests may be merged into one rejoin. */
  rejoin(reason: string): void {
    this.#rejoin = { reason }
    this.#wake()
  }

  /** Leaves, so that the others need not wait for the session to end. Resolves once no callback will run any more. Never rejects. */
  async leave(reason = 'leaving'): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    this.#wake()
    if (this.#memberId !== '')
      await Promise.race([
        this.#coordinator.leave(this.#memberId, reason).catch(() => {
          // The others notice when the session ends.
        }),
        sleep(leaveMs, null, { ref: false }),
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
    // Requested during this join, which therefore lacks its metadata.
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

  /** The members wait meanwhile; whatever failed on the leader may succeed in the next round. */
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
    // The process may have been suspended.
    this.#checkSession(null)
    const began = performance.now()
    const code = await this.#within(this.#coordinator.heartbeat(joined))
    if (this.#leaving) return
    if (code === 0) this.#heardAt = began
    else this.#refused(code)
  }

  /** Handles the coordinator's error codes; throws both temporary and permanent errors. */
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
      throw new GenesisError('KAFKA_REJECTED', 'the group is used by something else', {
        place: `group ${groupId}`,
        found: 'members of another kind, such as consumers or a Kafka Connect cluster',
        expected: `members of type ${type}`,
        remedy: 'Choose another group.id',
        cause: error,
      })
    throw error
  }

  /** The coordinator may have dropped this member by now. */
  #checkSession(error: GenesisError | null): void {
    const silentMs = performance.now() - this.#heardAt
    const { sessionTimeoutMs, groupId } = this.#options
    if (this.#joined === null || silentMs <= sessionTimeoutMs) return
    this.#lose(
      new GenesisError('KAFKA_TIMEOUT', 'the group session has expired', {
        place: `group ${groupId}`,
        found: `no acknowledged heartbeat for ${Math.round(silentMs)} ms`,
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

  /** A response later than the session timeout is useless. */
  async #within<T>(answer: Promise<T>): Promise<T> {
    const { sessionTimeoutMs, groupId } = this.#options
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new GenesisError('KAFKA_TIMEOUT', 'a broker did not answer in time', {
            place: `group ${groupId}`,
            found: `no response to a heartbeat after ${sessionTimeoutMs} ms`,
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
