import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connectorClass } from '#src/config/connector-class.js'
import { GenesisError } from '#src/errors.js'
import type { Herder } from '#src/herder/herder.js'
import { eventually, herderContract, type HerderPlace } from '../../contract/herder.js'
import { HerderGroup, type GroupWorker } from '../../support/herder-group.js'

async function makeGroup(t: TestContext, count: number): Promise<HerderGroup> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-group-'))
  const rest = { models: folder, schemas: folder, files: folder, secrets: folder, variables: /.*/ }
  const group = await HerderGroup.make(t, count, { rest, env: process.env })
  t.after(() => rm(folder, { recursive: true }))
  return group
}

function placeOf(count: number) {
  return async (t: TestContext): Promise<HerderPlace> => {
    const group = await makeGroup(t, count)
    const variables = new Set<string>()
    t.after(() => variables.forEach((name) => delete process.env[name]))
    return {
      herder: group.anyone,
      everywhere: group.workers.map(({ herder }) => herder),
      model: group.model,
      delivered: (delivery, shard = 0) => group.shards.of(delivery, shard).records,
      started: () => group.started(),
      fail: (delivery, shard) => group.fail(delivery, shard),
      setVariable(name, value) {
        variables.add(name)
        process.env[name] = value
      },
    }
  }
}

herderContract('a worker alone in its group', placeOf(1))
herderContract('a group of two workers, each call by the other one,', placeOf(2))

const config = (model: string, tasks: number) => ({
  'connector.class': connectorClass,
  model,
  topic: 'a',
  'value.format': 'json',
  'tasks.max': String(tasks),
})

const away = new GenesisError('KAFKA_UNREACHABLE', 'no broker answers')

/** Each shard's positions one after the other, none missing and none twice. */
function assertExact(group: HerderGroup, shards: number): void {
  for (let shard = 0; shard < shards; shard++) {
    const { records } = group.shards.of('a', shard)
    records.forEach((position, i) => assert.equal(position, shard + i * shards))
  }
}

const runners = async (herder: Herder): Promise<string[]> => {
  const { tasks } = await herder.status('a')
  return tasks.map(({ state, workerId }) => (state === 'RUNNING' ? workerId : state))
}

/** Waits until all tasks run on these workers, so many on each, as every worker that is named says. */
async function isShared(workers: readonly GroupWorker[], ...loads: number[]): Promise<void> {
  for (const { herder } of workers) {
    await eventually(async () => {
      const found = await runners(herder)
      return workers.every(({ herder: { workerId } }, i) => found.filter((id) => id === workerId).length === loads[i])
    })
  }
}

async function goesOn(group: HerderGroup, shards: number): Promise<void> {
  const before = Array.from({ length: shards }, (_, shard) => group.shards.of('a', shard).records.length)
  for (const [shard, count] of before.entries())
    await eventually(() => group.shards.of('a', shard).records.length > count + 20)
  assertExact(group, shards)
}

describe('a group of workers', { timeout: 60_000 }, () => {
  test('takes over the tasks of one that is lost, and lets it come back', async (t) => {
    const group = await makeGroup(t, 2)
    const [a, b] = group.workers
    await a.herder.create('a', config(group.model, 4))
    await isShared([a, b], 2, 2)
    b.membership.lose()
    // It does not know, and goes on until it is fenced.
    await isShared([a], 4)
    await goesOn(group, 4)
    b.membership.return()
    await isShared([a, b], 2, 2)
    await goesOn(group, 4)
  })

  test('does not stop what does not move when a worker comes or leaves', async (t) => {
    const group = await makeGroup(t, 2)
    const [a, b] = group.workers
    await a.herder.create('a', config(group.model, 6))
    await isShared([a, b], 3, 3)
    const c = await group.add()
    await isShared([a, b, c], 2, 2, 2)
    assert.deepEqual(
      [a, b].map(({ executor }) => executor.started.length),
      [3, 3],
    )
    await c.herder.close()
    await isShared([a, b], 3, 3)
    assert.deepEqual(
      [a, b].map(({ executor }) => executor.started.length),
      [4, 4],
    )
    await goesOn(group, 6)
  })

  test('has one connector of a name, whoever is asked for it at the same time', async (t) => {
    const group = await makeGroup(t, 3)
    const all = await Promise.allSettled(
      group.workers.map(({ herder }, i) => herder.create('a', { ...config(group.model, 1), seed: String(i) })),
    )
    assert.deepEqual(all.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
    const winner = all.findIndex(({ status }) => status === 'fulfilled')
    const late = await group.add()
    for (const { herder } of [...group.workers, late])
      assert.equal((await herder.get('a')).info.config.seed, String(winner))
  })

  test('loses neither of two patches at the same time', async (t) => {
    const group = await makeGroup(t, 2)
    const [a, b] = group.workers.map(({ herder }) => herder)
    await a.create('a', config(group.model, 1))
    await Promise.all([a.patch('a', { seed: '1' }), b.patch('a', { 'throughput.batch_size': '7' })])
    const { seed, 'throughput.batch_size': size } = (await a.get('a')).info.config
    assert.deepEqual([seed, size], ['1', '7'])
  })

  test('goes on by its log when all of its workers are new', async (t) => {
    const group = await makeGroup(t, 2)
    const [a, b] = group.workers
    await a.herder.create('a', config(group.model, 2))
    await a.herder.create('b', config(group.model, 1), 'PAUSED')
    await a.herder.create('c', config(group.model, 1))
    await b.herder.stop('c')
    await isShared([a, b], 1, 1)
    await Promise.all([a, b].map(({ herder }) => herder.close()))
    const c = await group.add()
    await isShared([c], 2)
    assert.deepEqual(
      (await c.herder.list()).map(({ status }) => status.state),
      ['RUNNING', 'PAUSED', 'STOPPED'],
    )
    await goesOn(group, 2)
  })

  test('has files applied to it once, by whichever worker reads them first', async (t) => {
    const group = await makeGroup(t, 2)
    const raw = {
      name: 'a',
      config: { model: group.model, topic: 'a', value: { format: 'json' } },
      file: '/etc/a.yaml',
    }
    await Promise.all(group.workers.map(({ herder }) => herder.applyFile(raw, [], false)))
    const [a, b] = group.workers
    await eventually(async () => (await runners(b.herder)).some((id) => id.includes(':')))
    assert.equal((await b.herder.get('a')).info.file, '/etc/a.yaml')
    await assert.rejects(b.herder.delete('a'), { code: 'CONNECTOR_READ_ONLY' })
    await Promise.all(group.workers.map(({ herder }) => herder.applyFile(raw, [], false)))
    assert.equal(group.started().length, 1)
    await a.herder.removeFile('a')
    await b.herder.removeFile('a')
    assert.deepEqual(await b.herder.list(), [])
  })

  test('that is starting answers once it has started', async (t) => {
    const group = await makeGroup(t, 1)
    await group.workers[0].herder.create('a', config(group.model, 1))
    const late = await group.addUnstarted()
    const [listed, created] = [late.herder.list(), late.herder.create('b', config(group.model, 1))]
    await late.herder.start()
    assert.ok((await listed).some(({ info: { name } }) => name === 'a'))
    assert.equal((await created).info.name, 'b')
  })

  test('waits for Kafka at its start: refuses reads and writes at once, and goes on by itself', async (t) => {
    const group = await makeGroup(t, 1)
    await group.workers[0].herder.create('a', config(group.model, 2))
    const late = await group.addUnstarted()
    late.cut(away)
    const started = late.herder.start()
    await eventually(() => late.troubles.length === 1)
    assert.equal(late.herder.asOf, 0)
    assert.deepEqual([late.herder.phase, late.herder.trouble?.failure.code], ['starting', 'KAFKA_UNREACHABLE'])
    const refused = { code: 'KAFKA_UNREACHABLE', message: /found no broker answers/ }
    await assert.rejects(late.herder.list(), refused)
    await assert.rejects(late.herder.create('b', config(group.model, 1)), refused)
    late.cut(null)
    await started
    assert.deepEqual([late.herder.asOf, late.herder.trouble], [null, null])
    await isShared([group.workers[0], late], 1, 1)
    // Once when it begins, and once when it is over.
    assert.deepEqual(late.troubles, [away, null])
  })

  test('stopped before it has reached Kafka, says that it has never known its state', async (t) => {
    const group = await makeGroup(t, 1)
    const late = await group.addUnstarted()
    late.cut(away)
    const started = late.herder.start()
    await eventually(() => late.troubles.length === 1)
    await Promise.all([late.herder.close(), started])
    assert.deepEqual([late.herder.phase, late.herder.asOf], ['stopping', 0])
  })

  test('cut off from Kafka, shows what it knows and how old that is, and refuses writes', async (t) => {
    const group = await makeGroup(t, 2)
    const [a, b] = group.workers
    await a.herder.create('a', config(group.model, 2))
    await isShared([a, b], 1, 1)
    const before = Date.now()
    b.cut(away)
    assert.deepEqual((await b.herder.get('a')).info, (await a.herder.get('a')).info)
    const asOf = b.herder.asOf ?? 0
    assert.ok(asOf >= before && asOf <= Date.now())
    await a.herder.create('b', config(group.model, 1))
    assert.equal((await b.herder.list()).length, 1)
    await assert.rejects(b.herder.pause('a'), { code: 'KAFKA_UNREACHABLE' })
    b.cut(null)
    await eventually(async () => (await b.herder.list()).length === 2)
    assert.equal(b.herder.asOf, null)
  })

  test('believes new workers although the coordinator has forgotten the group and counts from 1 again', async (t) => {
    const group = await makeGroup(t, 2)
    await group.workers[0].herder.create('a', config(group.model, 2))
    await isShared(group.workers, 1, 1)
    for (const { herder } of group.workers) await herder.close()
    group.group.forget()
    const [c, d] = [await group.add(), await group.add()]
    await isShared([c, d], 1, 1)
    await goesOn(group, 2)
  })
})
