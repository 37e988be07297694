/**
 * What src/herder/herder.ts promises, for every herder: called with what makes one, over places where what its tasks deliver
 * can be read.
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { connectorClass } from '#src/config/connector-class.js'
import type { RawConfig } from '#src/config/raw-connector.js'
import type { ErrorCode } from '#src/errors.js'
import type { ConnectorStatus, Herder, HerderEvent } from '#src/herder/herder.js'

export interface HerderPlace {
  readonly herder: Herder
  /** Where a state is to be seen: this one, or all of a group. */
  readonly everywhere: readonly Herder[]
  /** A small model's file. */
  readonly model: string
  /** Positions that are durable, in the order in which they were delivered. Shard 0 where none is named. */
  readonly delivered: (delivery: string, shard?: number) => readonly number[]
  /** `<delivery>#<shard>` of every task that was started, in order. */
  readonly started: () => readonly string[]
  /** Has a running task fail for good. */
  readonly fail: (delivery: string, shard: number) => void
  /** An environment variable that the tasks see. */
  readonly setVariable: (name: string, value: string) => void
}

/** Looks again until it is so; the test's own deadline ends what never is. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    await wait(2)
  }
}

const options = { timeout: 60_000 }
const states = ({ state, tasks }: ConnectorStatus): readonly string[] => [state, ...tasks.map((task) => task.state)]

export function herderContract(name: string, makePlace: (t: TestContext) => Promise<HerderPlace>): void {
  describe(`${name} is a herder`, options, () => {
    const setUp = async (t: TestContext) => {
      const place = await makePlace(t)
      const { model, everywhere } = place
      const config = (keys: RawConfig = {}): RawConfig => ({
        'connector.class': connectorClass,
        model,
        topic: 'a',
        'value.format': 'json',
        ...keys,
      })
      const refused = (call: Promise<unknown>, code: ErrorCode) => assert.rejects(call, { code })
      const isIn = async (connector: string, ...expected: string[]): Promise<void> => {
        for (const one of everywhere)
          await eventually(async () => String(states(await one.status(connector))) === String(expected))
      }
      const settled = async (delivery: string, shard = 0): Promise<number> => {
        const positions = place.delivered(delivery, shard)
        positions.forEach((position, i) => assert.equal(position, positions[0] + i * (positions[1] - positions[0])))
        return Promise.resolve(positions.length)
      }
      const hasMoreThan = (count: number, delivery: string, shard = 0): Promise<unknown> =>
        eventually(() => place.delivered(delivery, shard).length > count)
      return { ...place, config, refused, isIn, settled, hasMoreThan }
    }

    test('a connector is created as it was sent, runs, and is listed', async (t) => {
      const { herder, everywhere, config, isIn, hasMoreThan } = await setUp(t)
      const sent = config({ 'tasks.max': '2', 'throughput.batch_size': '5' })
      const { info } = await herder.create('a', sent)
      assert.deepEqual(info.config, { ...sent, name: 'a' })
      assert.equal(info.file, null)
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      await hasMoreThan(0, 'a', 1)
      await herder.create('0', config({ topic: 'b' }), 'STOPPED')
      assert.deepEqual(
        (await herder.list()).map((view) => view.info.name),
        ['0', 'a'],
      )
      assert.deepEqual((await herder.get('a')).info.tasks, [0, 1])
      const [, second] = await herder.tasks('a')
      assert.equal(second.id, 1)
      const { 'task.shard': shard, 'task.shards': shards, 'tasks.max': max, topic } = second.config
      assert.deepEqual({ shard, shards, max, topic }, { shard: '1', shards: '2', max: '2', topic: 'a' })
      const { workerId } = await herder.taskStatus('a', 1)
      assert.ok(everywhere.some((one) => one.workerId === workerId))
    })

    test('one of the name of another is refused, also where many are created at once', async (t) => {
      const { herder, config, refused } = await setUp(t)
      const all = await Promise.allSettled(Array.from({ length: 10 }, () => herder.create('a', config())))
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const one of all)
        if (one.status === 'rejected') assert.equal((one.reason as { code?: string }).code, 'CONNECTOR_EXISTS')
      await refused(herder.create('a', config()), 'CONNECTOR_EXISTS')
    })

    test('one that cannot run is refused and is not there, with every error of it', async (t) => {
      const { herder, config, refused } = await setUp(t)
      const bad = config({ 'throughput.rate': 'fast', seed: '-1' })
      await assert.rejects(herder.create('a', bad), (error: { code?: string; details?: { all?: unknown[] } }) => {
        return error.code === 'CONFIG_INVALID' && error.details?.all?.length === 2
      })
      await refused(herder.put('a', config({ name: 'b' })), 'CONFIG_INVALID')
      await refused(herder.create('a', config({ conditions: '{"nothing":1}' })), 'CONDITION_INVALID')
      await refused(herder.create('a\nb', config()), 'CONFIG_INVALID')
      assert.deepEqual(await herder.list(), [])
      assert.deepEqual(
        (await herder.check('a', bad)).errors.map(({ code }) => code),
        ['CONFIG_INVALID', 'CONFIG_INVALID'],
      )
      assert.deepEqual(await herder.check('a', config()), { errors: [], warnings: [] })
    })

    test('unknown keys are kept, and named in a warning', async (t) => {
      const { herder, config } = await setUp(t)
      const odd = config({ 'my.own.key': 'x', 'another.one': 'y' })
      const warnings = ['unknown keys without effect: my.own.key, another.one']
      assert.deepEqual(await herder.check('a', odd), { errors: [], warnings })
      const heard: HerderEvent[] = []
      herder.subscribe((event) => event.type === 'created' && heard.push(event))
      const { info } = await herder.create('a', odd)
      assert.equal(info.config['my.own.key'], 'x')
      await eventually(() => heard.length > 0)
      assert.deepEqual(heard, [{ type: 'created', connector: 'a', warnings }])
    })

    test('one with an initial state is in that, and goes on from there', async (t) => {
      const { herder, config, isIn, delivered, hasMoreThan } = await setUp(t)
      await herder.create('p', config(), 'PAUSED')
      await herder.create('s', config({ topic: 'b' }), 'STOPPED')
      await isIn('p', 'PAUSED', 'PAUSED')
      await isIn('s', 'STOPPED')
      assert.deepEqual((await herder.get('s')).info.tasks, [])
      assert.deepEqual(await herder.tasks('s'), [])
      assert.deepEqual([delivered('p'), delivered('s')], [[], []])
      await herder.resume('p')
      await herder.resume('s')
      await hasMoreThan(0, 'p')
      await hasMoreThan(0, 's')
      await isIn('p', 'RUNNING', 'RUNNING')
    })

    test('an equal configuration changes nothing; another one goes on where the first has ended', async (t) => {
      const { herder, config, isIn, started, settled, hasMoreThan } = await setUp(t)
      assert.equal((await herder.put('a', config())).created, true)
      await hasMoreThan(0, 'a')
      assert.equal((await herder.put('a', config())).created, false)
      // Other words for the same.
      await herder.put('a', config({ 'tasks.max': '1' }))
      assert.deepEqual(started(), ['a#0'])
      const before = await settled('a')
      const { connector } = await herder.put('a', config({ 'throughput.batch_size': '7' }))
      assert.equal(connector.info.config['throughput.batch_size'], '7')
      await eventually(() => started().length === 2)
      await isIn('a', 'RUNNING', 'RUNNING')
      await hasMoreThan(before + 20, 'a')
      await settled('a')
    })

    test('keys are replaced, added and removed by a patch', async (t) => {
      const { herder, config, refused } = await setUp(t)
      await herder.create('a', config({ 'throughput.batch_size': '7', seed: '1' }))
      const { info } = await herder.patch('a', { 'throughput.batch_size': null, seed: '1', 'tasks.max': '2' })
      assert.deepEqual(info.config, { ...config({ seed: '1', 'tasks.max': '2' }), name: 'a' })
      await refused(herder.patch('a', { seed: 'x' }), 'CONFIG_INVALID')
      assert.deepEqual((await herder.get('a')).info.config.seed, '1')
    })

    test('pause ends the records at once, and resume goes on with the next', async (t) => {
      const { herder, config, isIn, delivered, settled, hasMoreThan } = await setUp(t)
      await herder.create('a', config({ 'tasks.max': '2' }))
      await hasMoreThan(10, 'a', 0)
      await hasMoreThan(10, 'a', 1)
      await herder.pause('a')
      await isIn('a', 'PAUSED', 'PAUSED', 'PAUSED')
      assert.deepEqual((await herder.get('a')).info.tasks, [0, 1])
      const before = delivered('a').length
      const { tasks } = (await herder.overviewOf('a')).progress
      assert.equal(tasks[0].position, 2 * before)
      await herder.pause('a')
      await herder.resume('a')
      await hasMoreThan(before, 'a')
      assert.ok((await settled('a')) > before)
      await herder.resume('a')
      await settled('a', 1)
    })

    test('a stopped one has no tasks, and cannot be restarted', async (t) => {
      const { herder, config, refused, isIn, delivered, settled, hasMoreThan } = await setUp(t)
      await herder.create('a', config())
      await hasMoreThan(10, 'a')
      await herder.stop('a')
      await isIn('a', 'STOPPED')
      assert.deepEqual((await herder.get('a')).info.tasks, [])
      assert.equal((await herder.restart('a', { includeTasks: true, onlyFailed: false })).state, 'STOPPED')
      await refused(herder.restartTask('a', 0), 'CONNECTOR_STOPPED')
      await herder.resume('a')
      await hasMoreThan(delivered('a').length, 'a')
      await settled('a')
    })

    test('a failed task says why, leaves its siblings alone, and runs again when it is restarted', async (t) => {
      const { herder, config, isIn, refused, fail, started, settled, hasMoreThan } = await setUp(t)
      await herder.create('a', config({ 'tasks.max': '2' }))
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      fail('a', 1)
      await isIn('a', 'RUNNING', 'RUNNING', 'FAILED')
      const { failure } = await herder.taskStatus('a', 1)
      assert.equal(failure?.code, 'KAFKA_FENCED')
      assert.match(failure.trace, /as scripted/)
      const restarted = await herder.restart('a', { includeTasks: true, onlyFailed: true })
      assert.deepEqual(states(restarted), ['RUNNING', 'RUNNING', 'RESTARTING'])
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      assert.deepEqual([...started()].sort(), ['a#0', 'a#1', 'a#1'])
      fail('a', 0)
      await isIn('a', 'RUNNING', 'FAILED', 'RUNNING')
      await herder.restartTask('a', 0)
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      fail('a', 0)
      await isIn('a', 'RUNNING', 'FAILED', 'RUNNING')
      await herder.put('a', config({ 'tasks.max': '2' }))
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      assert.equal(started().filter((task) => task === 'a#1').length, 2)
      await refused(herder.restartTask('a', 2), 'TASK_NOT_FOUND')
      await refused(herder.taskStatus('a', 2), 'TASK_NOT_FOUND')
      const all = await herder.restart('a', { includeTasks: true, onlyFailed: false })
      assert.deepEqual(states(all), ['RESTARTING', 'RESTARTING', 'RESTARTING'])
      await eventually(() => started().length === 7)
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      await hasMoreThan(await settled('a', 1), 'a', 1)
      await settled('a', 0)
    })

    test('one that is deleted and made again within a moment goes on where it was', async (t) => {
      const { herder, config, refused, settled, isIn, hasMoreThan } = await setUp(t)
      await herder.create('a', config({ 'tasks.max': '2' }))
      for (let round = 0; round < 5; round++) {
        await hasMoreThan(await settled('a'), 'a')
        await herder.delete('a')
        await refused(herder.get('a'), 'CONNECTOR_NOT_FOUND')
        await herder.create('a', config({ 'tasks.max': '2' }))
      }
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      await hasMoreThan(await settled('a'), 'a')
      await settled('a', 1)
    })

    test('what is not there is not found', async (t) => {
      const { herder, refused } = await setUp(t)
      const restart = { includeTasks: false, onlyFailed: false }
      for (const call of [
        herder.get('x'),
        herder.status('x'),
        herder.tasks('x'),
        herder.taskStatus('x', 0),
        herder.overviewOf('x'),
        herder.patch('x', {}),
        herder.delete('x'),
        herder.pause('x'),
        herder.resume('x'),
        herder.stop('x'),
        herder.restart('x', restart),
        herder.restartTask('x', 0),
        herder.offsets('x'),
        herder.alterOffsets('x', []),
        herder.resetOffsets('x'),
      ])
        await refused(call, 'CONNECTOR_NOT_FOUND')
      assert.deepEqual(await herder.topics('x'), [])
      await herder.resetTopics('x')
    })

    test('offsets are read at any time, and moved or reset while it is stopped', async (t) => {
      const { herder, config, refused, isIn, delivered, hasMoreThan } = await setUp(t)
      await herder.create('a', config({ 'tasks.max': '2' }))
      await hasMoreThan(10, 'a', 0)
      await hasMoreThan(10, 'a', 1)
      const running = await herder.offsets('a')
      assert.deepEqual(
        running.map(({ partition }) => partition),
        [{ shard: 0 }, { shard: 1 }],
      )
      assert.ok(running[1].offset.position >= 21)
      const change = { partition: { shard: 1 }, offset: { position: 1000 } }
      await refused(herder.alterOffsets('a', [change]), 'CONNECTOR_NOT_STOPPED')
      await refused(herder.resetOffsets('a'), 'CONNECTOR_NOT_STOPPED')
      await herder.stop('a')
      for (const [partition, offset] of [
        [{ shard: 2 }, { position: 0 }],
        [{ shard: 0, sink: 'x' }, { position: 0 }],
        [{}, { position: 0 }],
        [{ shard: 0 }, {}],
        [{ shard: 0 }, { position: -1 }],
        [{ shard: 0 }, { position: 0, fingerprint: 'another' }],
        [{ shard: 0 }, { position: 0, shards: 3 }],
        [{ shard: 0 }, 'x'],
      ] as const)
        await refused(herder.alterOffsets('a', [change, { partition, offset }]), 'OFFSET_INVALID')
      const before = await herder.offsets('a')
      await herder.alterOffsets('a', [change])
      const after = await herder.offsets('a')
      assert.deepEqual(after[0], before[0])
      // The first position of the shard that is not below 1000.
      assert.equal(after[1].offset.position, 1001)
      const counts = [delivered('a', 0).length, delivered('a', 1).length]
      await herder.resume('a')
      await hasMoreThan(counts[1], 'a', 1)
      assert.equal(delivered('a', 1)[counts[1]], 1001)
      await herder.stop('a')
      await isIn('a', 'STOPPED')
      await herder.resetOffsets('a')
      assert.deepEqual(await herder.offsets('a'), [])
      const reset = delivered('a', 0).length
      await herder.resume('a')
      await hasMoreThan(reset, 'a', 0)
      assert.equal(delivered('a', 0)[reset], 0)
    })

    test('a bounded one is RUNNING and complete at its end', async (t) => {
      const { herder, config, isIn, delivered } = await setUp(t)
      const events: HerderEvent[] = []
      herder.subscribe((event) => events.push(event))
      await herder.create('a', config({ 'throughput.max_records': '100', 'tasks.max': '2' }))
      await eventually(async () => (await herder.overviewOf('a')).progress.complete)
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING')
      const { progress } = await herder.overviewOf('a')
      assert.deepEqual(
        (await herder.overview()).map(({ info, progress }) => [info.name, progress.position, progress.complete]),
        [['a', progress.position, true]],
      )
      const { endPosition, position, records, tasks } = progress
      assert.deepEqual({ endPosition, position, records }, { endPosition: 100, position: 100, records: 100 })
      assert.deepEqual(
        tasks.map(({ shard, shards, complete }) => ({ shard, shards, complete })),
        [0, 1].map((shard) => ({ shard, shards: 2, complete: true })),
      )
      assert.equal(delivered('a').length, 50)
      assert.equal(events.filter(({ type }) => type === 'complete').length, 1)
    })

    test('several sinks are one connector, with tasks for each', async (t) => {
      const { herder, model, isIn, started, hasMoreThan } = await setUp(t)
      const keys: RawConfig = { 'connector.class': connectorClass, model, 'tasks.max': '2', 'value.format': 'json' }
      const x: RawConfig = { 'sinks.x.type': 'kafka', 'sinks.x.topic': 'x' }
      await herder.create('a', { ...keys, ...x, 'sinks.y.topic': 'y' })
      await isIn('a', 'RUNNING', 'RUNNING', 'RUNNING', 'RUNNING', 'RUNNING')
      assert.equal((await herder.tasks('a'))[2].config['task.sink'], 'y')
      await hasMoreThan(0, 'a/y', 1)
      await eventually(async () => (await herder.offsets('a')).length === 4)
      assert.deepEqual((await herder.offsets('a'))[3].partition, { shard: 1, sink: 'y' })
      // The other sink's tasks are not touched.
      await herder.put('a', { ...keys, ...x, 'sinks.z.topic': 'z' })
      await hasMoreThan(0, 'a/z')
      assert.equal(started().filter((task) => task.startsWith('a/x')).length, 2)
    })

    test('placeholders are kept and shown; what they stand for is not', async (t) => {
      const { herder, config, setVariable, isIn, hasMoreThan } = await setUp(t)
      setVariable('HERDER_TEST_SEED', '31337')
      const { info } = await herder.create('a', config({ seed: '${env:HERDER_TEST_SEED}', 'tasks.max': '1' }))
      assert.equal(info.config.seed, '${env:HERDER_TEST_SEED}')
      await isIn('a', 'RUNNING', 'RUNNING')
      await hasMoreThan(0, 'a')
      const bad = { ...config(), seed: '${env:HERDER_TEST_SEED}x', 'throughput.rate': '${env:HERDER_TEST_NONE}' }
      const { errors: failures } = await herder.check('b', bad)
      assert.equal(failures.length, 2)
      const everything = JSON.stringify([await herder.list(), await herder.tasks('a'), failures])
      assert.ok(!everything.includes('31337'))
    })

    test('says what happens, in order, to those who listen', async (t) => {
      const { herder, config, isIn, fail } = await setUp(t)
      const heard: string[] = []
      const end = herder.subscribe((event) => {
        heard.push(event.type === 'connector' || event.type === 'task' ? `${event.type} ${event.state}` : event.type)
      })
      await herder.create('a', config())
      await isIn('a', 'RUNNING', 'RUNNING')
      fail('a', 0)
      await isIn('a', 'RUNNING', 'FAILED')
      await herder.pause('a')
      await herder.delete('a')
      const expected = ['created', 'task RUNNING', 'task FAILED', 'connector PAUSED', 'deleted']
      await eventually(() => String(heard) === String(expected))
      end()
      await herder.create('a', config())
      assert.deepEqual(heard, expected)
    })

    test('topics are those that were sent to since they were reset', async (t) => {
      const { herder, everywhere, config, isIn, hasMoreThan } = await setUp(t)
      await herder.create('a', config(), 'PAUSED')
      assert.deepEqual(await herder.topics('a'), [])
      await herder.resume('a')
      await hasMoreThan(0, 'a')
      for (const one of everywhere) await eventually(async () => (await one.topics('a')).join() === 'a')
      await herder.pause('a')
      await isIn('a', 'PAUSED', 'PAUSED')
      await herder.resetTopics('a')
      for (const one of everywhere) await eventually(async () => (await one.topics('a')).length === 0)
    })

    test('loggers have levels, those below one with it', async (t) => {
      const { herder, refused } = await setUp(t)
      assert.equal((await herder.loggers()).get('root')?.lastModified, null)
      assert.deepEqual(await herder.setLogger('a.b', 'DEBUG', 'worker'), ['a.b'])
      assert.deepEqual(await herder.setLogger('a', 'warn', 'worker'), ['a', 'a.b'])
      assert.equal((await herder.loggers()).get('a.b')?.level, 'warn')
      await refused(herder.setLogger('a', 'loud', 'worker'), 'OPTION_INVALID')
      assert.deepEqual(await herder.setLogger('root', 'error', 'cluster'), [])
      await eventually(async () => (await herder.loggers()).get('a.b')?.level === 'error')
    })
  })
}
