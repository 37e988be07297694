import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { Chance } from '../../fault/chaos/chance.js'
import type { GroupWorker } from '../../fault/chaos/group-worker.js'
import { CallCount, read } from '../../fault/soak/calls.js'
import { judgeGrowth, type Measurement } from '../../fault/soak/growth.js'
import { LogCount } from '../../fault/soak/log-count.js'
import { Place } from '../../fault/soak/place.js'
import { planSoak } from '../../fault/soak/plan.js'

/** Half an hour, a measurement every ten seconds. */
function lifeOf(at: (share: number) => Partial<Measurement>): readonly Measurement[] {
  const count = 180
  return Array.from({ length: count }, (_, i) => ({
    ...{ atMs: i * 10_000, residentMegabytes: 200, handles: 50, threads: 12 },
    ...at(i / count),
  }))
}

const leaks = (life: readonly Measurement[]): readonly string[] =>
  judgeGrowth(life)
    .filter(({ isLeak }) => isLeak)
    .map(({ text }) => text)

describe('a soak', () => {
  test('takes a life that stays as it was, after its warm-up, for none that leaks', () => {
    assert.deepEqual(leaks(lifeOf(() => ({}))), [])
    assert.deepEqual(leaks(lifeOf((share) => ({ residentMegabytes: share < 0.06 ? 50 : 200 }))), [])
  })

  test('finds memory, handles and threads that grow', () => {
    assert.match(
      leaks(lifeOf((share) => ({ residentMegabytes: Math.round(200 + 60 * share) })))[0],
      /^memory 20\d → 25\d MB .*LEAK$/,
    )
    assert.match(leaks(lifeOf((share) => ({ handles: Math.floor(50 + 15 * share) })))[0], /^handles .*LEAK$/)
    assert.match(leaks(lifeOf((share) => ({ threads: share < 0.5 ? 12 : 13 })))[0], /^threads 12 → 13 .*LEAK$/)
  })

  test('does not judge what it has hardly seen', () => {
    assert.match(leaks(lifeOf(() => ({})).slice(0, 10))[0], /too few to judge/)
    assert.match(leaks([])[0], /too few to judge/)
  })

  test('counts warnings and errors by code, and lines that nobody logged', () => {
    const log = new LogCount()
    log.add('{"level":"info","code":"AUDIT"}')
    log.add('{"level":"warn","code":"KAFKA_RETRIABLE"}')
    assert.deepEqual([log.total, log.unexpected.size], [1, 0])
    log.add('{"level":"error","code":"INTERNAL"}')
    log.add('{"level":"error","code":"INTERNAL"}')
    log.add('TypeError: undefined is not a function')
    assert.deepEqual([...log.unexpected.keys()], ['error INTERNAL', 'error without a code'])
    assert.equal(log.text(), '1 × warn KAFKA_RETRIABLE, 2 × error INTERNAL, 1 × error without a code')
  })

  test('counts calls that fail, but not a connector that is missing while it is deleted', async (t) => {
    const statuses: number[] = []
    let stop = new AbortController()
    const server = createServer((_, response) => {
      const status = statuses.pop()!
      if (statuses.length === 0) stop.abort()
      response.writeHead(status).end()
    }).listen(0)
    t.after(() => server.close())
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const place = new Place('alone', [{ name: 'worker-1', address, answers: true } as GroupWorker], new Chance(1))
    const planned = planSoak({ prefix: 'soak', connectors: 1, files: true })
    place.group.connectors = planned
    const failuresOf = async (...answers: number[]): Promise<readonly string[]> => {
      const count = new CallCount()
      statuses.push(...answers)
      stop = new AbortController()
      await read(place, new Chance(1), count, stop.signal)
      assert.deepEqual([count.calls, count.failures], [answers.length, count.shown.length])
      return count.shown
    }
    assert.deepEqual(await failuresOf(200, 200, 200), [])
    assert.match((await failuresOf(200, 500, 200))[0], /^alone: \w+ \/.*: 500$/)
    assert.equal((await failuresOf(404, 404)).length, 2)
    place.deletes(planned[0].name)
    assert.deepEqual(await failuresOf(404, 404), [])
    place.created(planned[0].name)
    assert.equal((await failuresOf(404, 404)).length, 2)
  })
})

test('the connectors of a soak are of every format, and no two write to the same place', () => {
  const planned = planSoak({ prefix: 'soak', connectors: 40, files: true })
  const values = (key: string): readonly string[] => planned.flatMap(({ config }) => config[key] ?? [])
  assert.deepEqual([...new Set(values('value.format'))].sort(), ['avro', 'json', 'json-schema', 'protobuf'])
  assert.deepEqual([...new Set(values('sink.format'))].sort(), ['avro', 'csv', 'json'])
  for (const key of ['topic', 'sinks.topic.topic', 'sink.path', 'sinks.file.path'])
    assert.equal(new Set(values(key)).size, values(key).length)
})
