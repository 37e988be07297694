import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import type { GenesisError } from '#src/errors.js'
import { GroupMembership } from '#src/kafka/group-membership.js'
import type { Generation, GroupMembershipOptions } from '#src/kafka/group-membership.js'
import { testCluster, uniqueName } from '../support/kafka.js'
import { Frozen } from '../support/frozen.js'

const settings = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 5_000, heartbeatMs: 200 }

type Event =
  | { readonly kind: 'joined'; readonly generation: Generation }
  | { readonly kind: 'rebalancing' | 'recovered' }
  | { readonly kind: 'lost' | 'trouble' | 'failed'; readonly error: GenesisError }

/** A member that writes down what it is told. The leader assigns to each member how many there are, and its metadata. */
class Member {
  readonly events: Event[] = []
  readonly membership: GroupMembership
  metadata: string
  #wake: () => void = () => {}

  constructor(t: TestContext, groupId: string, metadata: string, options: Partial<GroupMembershipOptions> = {}) {
    this.metadata = metadata
    const tell = (event: Event): void => {
      this.events.push(event)
      this.#wake()
    }
    this.membership = new GroupMembership(
      testCluster(),
      { groupId, type: 'genesis-test', name: 'v1', ...settings, ...options },
      {
        metadata: () => Buffer.from(this.metadata),
        assign: (members) => {
          const all = [...members].map(([id, told]) => [id, Buffer.from(`${members.size} ${told.toString()}`)] as const)
          return Promise.resolve(new Map(all))
        },
        joined: (generation) => tell({ kind: 'joined', generation }),
        rebalancing: () => tell({ kind: 'rebalancing' }),
        lost: (error) => tell({ kind: 'lost', error }),
        trouble: (error) => tell(error === null ? { kind: 'recovered' } : { kind: 'trouble', error }),
        failed: (error) => tell({ kind: 'failed', error }),
      },
    )
    t.after(() => this.membership.leave())
  }

  start(): this {
    this.membership.start()
    return this
  }

  /** Waits until it has happened. */
  async until<T>(find: (events: readonly Event[]) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this.events)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Waits until its latest generation has this assignment. */
  has(assignment: string): Promise<Generation> {
    return this.until(() => {
      const generation = this.generations.at(-1)
      return generation?.assignment.toString() === assignment ? generation : undefined
    })
  }

  async failure(): Promise<GenesisError> {
    return this.until((events) => events.flatMap((event) => (event.kind === 'failed' ? [event.error] : [])).at(0))
  }

  get generations(): Generation[] {
    return this.events.flatMap((event) => (event.kind === 'joined' ? [event.generation] : []))
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind)
  }
}

test('a member alone leads itself, and gets what it assigns', async (t) => {
  const a = new Member(t, uniqueName('test-group'), 'a').start()
  const { generation, memberId, leaderId } = await a.has('1 a')
  assert.equal(memberId, leaderId)
  assert.ok(generation >= 1)
  assert.deepEqual([a.membership.memberId, a.membership.generation], [memberId, generation])
})

test('three members are in one generation, with one leader, and each has its own assignment', async (t) => {
  const group = uniqueName('test-group')
  const members = ['a', 'b', 'c'].map((name) => new Member(t, group, name).start())
  const all = await Promise.all(members.map((member) => member.has(`3 ${member.metadata}`)))
  assert.equal(new Set(all.map(({ generation }) => generation)).size, 1)
  assert.equal(new Set(all.map(({ leaderId }) => leaderId)).size, 1)
  assert.ok(all.some(({ memberId, leaderId }) => memberId === leaderId))
  for (const { kinds } of members) assert.ok(!kinds.includes('lost') && !kinds.includes('failed'), kinds.join())
})

test('who asks for it has everybody join again, with what there is to say by then', async (t) => {
  const group = uniqueName('test-group')
  const [a, b] = ['a', 'b'].map((name) => new Member(t, group, name).start())
  const before = await a.has('2 a')
  await b.has('2 b')
  b.metadata = 'new'
  b.membership.rejoin('the configuration has changed')
  const after = await b.has('2 new')
  assert.ok(after.generation > before.generation)
  await a.until(() => (a.generations.at(-1)?.generation === after.generation ? true : undefined))
  assert.ok(a.kinds.includes('rebalancing') && !a.kinds.includes('lost'), a.kinds.join())
})

test('who leaves in order is not waited for', async (t) => {
  const group = uniqueName('test-group')
  // A session that outlives the test: only the leave can tell.
  const patient = { sessionTimeoutMs: 60_000 }
  const [a, b] = ['a', 'b'].map((name) => new Member(t, group, name, patient).start())
  await Promise.all([a.has('2 a'), b.has('2 b')])
  await b.membership.leave()
  await a.has('1 a')
})

test('a member that is killed is missed when its session ends, and not before', async (t) => {
  const group = uniqueName('test-group')
  const a = new Member(t, group, 'a').start()
  await a.has('1 a')
  const b = await Frozen.start(t, group, settings)
  await a.has('2 a')
  b.kill()
  await a.has('1 a')
})

test('a member that stood still longer than its session knows that it was lost, and comes back', async (t) => {
  const group = uniqueName('test-group')
  const a = new Member(t, group, 'a').start()
  await a.has('1 a')
  const b = await Frozen.start(t, group, settings)
  await a.has('2 a')
  b.pause()
  const before = b.told.length
  await a.has('1 a')
  b.resume()
  await a.has('2 a')
  assert.deepEqual(await b.joinedSince(before), ['lost', 'joined'])
})

test('a group of another kind is not joined: the reason and the remedy are told', async (t) => {
  const group = uniqueName('test-group')
  await new Member(t, group, 'a', { type: 'connect' }).start().has('1 a')
  const stranger = new Member(t, group, 'b').start()
  const error = await stranger.failure()
  assert.match(error.message, new RegExp(`${group}: the group is used by something else.*Choose another group.id`))
  assert.equal(error.code, 'KAFKA_REJECTED')
})

test('consumers are kept out of the group', async (t) => {
  const group = uniqueName('test-group')
  await new Member(t, group, 'a').start().has('1 a')
  const kafka = new Kafka({ brokers: [...testCluster().brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } })
  const consumer = kafka.consumer({ groupId: group })
  t.after(() => consumer.disconnect())
  await consumer.connect()
  const crashed = new Promise<string>((resolve) => {
    consumer.on('consumer.crash', ({ payload }) => resolve(payload.error.message))
  })
  await consumer.subscribe({ topics: [uniqueName('none')] }).catch(() => {})
  await consumer.run({ eachMessage: () => Promise.resolve() })
  assert.match(await crashed, /inconsistent|protocol/i)
})

test('a session timeout that the broker does not allow is told with its remedy', async (t) => {
  const member = new Member(t, uniqueName('test-group'), 'a', { sessionTimeoutMs: 1 }).start()
  const { message } = await member.failure()
  assert.match(message, /group.min.session.timeout.ms/)
})
