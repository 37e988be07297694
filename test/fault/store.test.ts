import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { GroupMembership } from '#src/kafka/group-membership.js'
import { KafkaStore } from '#src/kafka/kafka-store.js'
import { uniqueName } from '../support/kafka.js'
import { KafkaCluster } from '../support/kafka-cluster.js'

describe('three brokers: what the workers of a group share', () => {
  let cluster: KafkaCluster
  before(async () => {
    cluster = await KafkaCluster.start(new AbortController().signal)
  })
  after(() => cluster.stop())

  async function openStore(t: TestContext, topic: string): Promise<KafkaStore> {
    const store = new KafkaStore(cluster.options, { topic, creation: { replicationFactor: -1 } })
    t.after(() => store.close())
    await store.open()
    return store
  }

  for (const lost of ['request', 'answer'] as const)
    for (const action of ['cut', 'swallow'] as const)
      test(`a write whose ${lost} is lost (${action}) is what the log says, to its writer and to others`, async (t) => {
        const topic = uniqueName('store')
        const [writer, reader] = [await openStore(t, topic), await openStore(t, topic)]
        await writer.write([{ key: 'k', value: Buffer.from('before') }])
        const struck = cluster.proxies.arm({ api: 'Produce', lost, action })
        const said = await writer.write([{ key: 'k', value: Buffer.from('faulty') }]).then(
          () => true,
          () => false,
        )
        await struck
        await reader.readToEnd()
        assert.equal(said, lost === 'answer')
        assert.equal(reader.entries.get('k')?.value?.toString(), said ? 'faulty' : 'before')
        await writer.write([{ key: 'k', value: Buffer.from('after') }])
        await reader.readToEnd()
        assert.equal(reader.entries.get('k')?.value?.toString(), 'after')
      })

  test('a group survives the death of its coordinator, and so does a store the death of its leader', async (t) => {
    const store = await openStore(t, uniqueName('store'))
    await store.write([{ key: 'k', value: Buffer.from('1') }])
    const told: string[] = []
    let wake = (): void => {}
    const membership = new GroupMembership(
      cluster.options,
      {
        groupId: uniqueName('group'),
        type: 'genesis-test',
        name: 'v1',
        // Longer than a new coordinator takes.
        sessionTimeoutMs: 120_000,
        rebalanceTimeoutMs: 10_000,
        heartbeatMs: 300,
      },
      {
        metadata: () => Buffer.alloc(0),
        assign: (members) => Promise.resolve(new Map([...members.keys()].map((id) => [id, Buffer.alloc(0)]))),
        joined: () => tell('joined'),
        rebalancing: () => tell('rebalancing'),
        lost: () => tell('lost'),
        trouble: (error) => tell(error === null ? 'recovered' : 'trouble'),
        failed: (error) => tell(`failed: ${error.message}`),
      },
    )
    const tell = (what: string): void => {
      told.push(what)
      wake()
    }
    const until = async (what: string): Promise<void> => {
      while (told.at(-1) !== what) await new Promise<void>((resolve) => (wake = resolve))
    }
    t.after(() => membership.leave())
    membership.start()
    await until('joined')
    // The first group of a cluster finds no coordinator for a moment.
    told.length = 0
    // One of them is the group's coordinator, and one the store's leader.
    for (const broker of [0, 1, 2]) {
      await cluster.kill(broker)
      await cluster.restart(broker)
    }
    await until('recovered')
    assert.deepEqual([...new Set(told)], ['trouble', 'recovered'])
    await store.write([{ key: 'k', value: Buffer.from('2') }])
    assert.equal(store.entries.get('k')?.value?.toString(), '2')
  })
})
