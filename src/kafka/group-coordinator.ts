/**
 * The calls of Kafka's group protocol (KIP-62, KIP-394) for a custom protocol type: FindCoordinator, JoinGroup, SyncGroup,
 * Heartbeat, LeaveGroup. Stateless as to members.
 */
import {
  FindCoordinatorKeyTypes,
  findCoordinatorV4,
  findCoordinatorV5,
  findCoordinatorV6,
  heartbeatV4,
  joinGroupV7,
  joinGroupV8,
  joinGroupV9,
  leaveGroupV4,
  leaveGroupV5,
  syncGroupV4,
  syncGroupV5,
} from './platformatic.js'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { ClusterConnections } from './cluster-connections.js'
import { kafkaError, protocolFailure } from './errors.js'
import { BrokerConnection, tolerant } from './platformatic-connection.js'

export interface GroupProtocol {
  readonly groupId: string
  /** The coordinator refuses members with any other. */
  readonly type: string
  /** The assignment protocol; all members must have one in common. */
  readonly name: string
  /** A member silent for this long is considered lost. */
  readonly sessionTimeoutMs: number
  /** How long members have to rejoin in a rebalance. */
  readonly rebalanceTimeoutMs: number
}

export interface Joined {
  readonly generation: number
  readonly memberId: string
  readonly leaderId: string
  /** Every member's metadata, for the leader only; empty for the others. */
  readonly members: ReadonlyMap<string, Buffer>
}

/** A response with an error code; `code` 0 is none. */
export interface GroupAnswer<T> {
  readonly code: number
  readonly value: T
}

/** How much longer than a rebalance a JoinGroup response may take, ms. */
const graceMs = 5_000

/** One group's coordinator. Requests reject with GenesisErrors if there is no response; call `drop` then. */
export class GroupCoordinator {
  readonly #cluster: ClusterOptions
  readonly #protocol: GroupProtocol
  readonly #connections: ClusterConnections
  #address: { readonly host: string; readonly port: number } | null = null
  #session: Promise<BrokerConnection> | null = null
  readonly #closing = new AbortController()

  constructor(cluster: ClusterOptions, protocol: GroupProtocol) {
    this.#cluster = cluster
    this.#protocol = protocol
    this.#connections = new ClusterConnections(cluster)
  }

  /** A first call without a member id returns MEMBER_ID_REQUIRED with the id to rejoin with (KIP-394). */
  join(memberId: string, metadata: Buffer, reason: string): Promise<GroupAnswer<Joined>> {
    const { groupId, type, name, sessionTimeoutMs, rebalanceTimeoutMs } = this.#protocol
    return this.#ask(async (broker) => {
      const api = broker.choose(joinGroupV7.api, joinGroupV8.api, joinGroupV9.api)
      const answer = await tolerant(
        api.async(
          broker.connection,
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs,
          memberId,
          null,
          type,
          [{ name, metadata }],
          reason,
        ),
      )
      const members = answer.members.map((one) => [one.memberId, one.metadata ?? Buffer.alloc(0)] as const)
      return {
        code: answer.errorCode,
        value: {
          generation: answer.generationId,
          memberId: answer.memberId ?? '',
          leaderId: answer.leader,
          members: new Map(members),
        },
      }
    })
  }

  /** `assignments`: by member id, from the leader; none from the others. Resolves to this member's own. */
  sync({ generation, memberId }: Joined, assignments: ReadonlyMap<string, Buffer>): Promise<GroupAnswer<Buffer>> {
    const { groupId, type, name } = this.#protocol
    const all = [...assignments].map(([member, assignment]) => ({ memberId: member, assignment }))
    return this.#ask(async (broker) => {
      const api = broker.choose(syncGroupV4.api, syncGroupV5.api)
      const answer = await tolerant(api.async(broker.connection, groupId, generation, memberId, null, type, name, all))
      return { code: answer.errorCode, value: answer.assignment }
    })
  }

  /** Resolves to an error code; 0 is none. */
  async heartbeat({ generation, memberId }: Joined): Promise<number> {
    const { code } = await this.#ask(async (broker) => {
      const api = broker.choose(heartbeatV4.api)
      const answer = await tolerant(api.async(broker.connection, this.#protocol.groupId, generation, memberId, null))
      return { code: answer.errorCode, value: null }
    })
    return code
  }

  /** Uses its own connection: the session's may be blocked on the group. */
  async leave(memberId: string, reason: string): Promise<void> {
    const { host, port } = await this.#find()
    const { signal } = this.#closing
    const broker = await BrokerConnection.open(host, port, this.#cluster, {}, signal)
    const giveUp = (): void => void broker.close()
    signal.addEventListener('abort', giveUp)
    try {
      const api = broker.choose(leaveGroupV4.api, leaveGroupV5.api)
      await tolerant(api.async(broker.connection, this.#protocol.groupId, [{ memberId, reason }]))
    } finally {
      signal.removeEventListener('abort', giveUp)
      await broker.close().catch(() => {})
    }
  }

  /** Forgets the coordinator; the next request looks it up again. Never rejects. */
  async drop(): Promise<void> {
    const session = this.#session
    this.#session = null
    this.#address = null
    await session?.then(
      (broker) => broker.close(),
      () => {},
    )
  }

  /** Pending requests reject. */
  async close(): Promise<void> {
    this.#closing.abort(new GenesisError('INTERNAL', 'the connection to the coordinator is closed'))
    await Promise.all([this.drop(), this.#connections.close()])
  }

  async #ask<T>(request: (broker: BrokerConnection) => Promise<GroupAnswer<T>>): Promise<GroupAnswer<T>> {
    try {
      this.#session ??= this.#open()
      return await request(await this.#session)
    } catch (error) {
      throw kafkaError(error, { group: this.#protocol.groupId, operation: 'Read' })
    }
  }

  async #open(): Promise<BrokerConnection> {
    const { host, port } = (this.#address ??= await this.#find())
    const requestTimeoutMs = Math.max(this.#cluster.requestTimeoutMs, this.#protocol.rebalanceTimeoutMs + graceMs)
    return BrokerConnection.open(host, port, { ...this.#cluster, requestTimeoutMs }, {}, this.#closing.signal)
  }

  async #find(): Promise<{ host: string; port: number }> {
    const broker = await this.#connections.any()
    const api = broker.choose(findCoordinatorV4.api, findCoordinatorV5.api, findCoordinatorV6.api)
    const { groupId } = this.#protocol
    const answer = await tolerant(api.async(broker.connection, FindCoordinatorKeyTypes.GROUP, [groupId]))
    const [{ errorCode, errorMessage, host, port }] = answer.coordinators
    if (errorCode !== 0) throw protocolFailure(errorCode, { group: groupId, operation: 'Read' }, errorMessage)
    return { host, port }
  }
}
