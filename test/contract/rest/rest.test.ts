/**
 * The contract of REST: each call of scenarios.ts is answered as Apache Kafka Connect answers it, or otherwise on purpose, with
 * a reason. What Connect answers is recorded, and compared with Connect itself where that can be had.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startRestGroup, startRestWorker } from '../../support/rest-worker.js'
import { compareAnswers } from './compare.js'
import { ourSide, readRecorded, type Recorded } from './oracle.js'
import { scenarios } from './scenarios.js'
import { play } from './send.js'

let recorded: Recorded
before(async () => {
  recorded = await readRecorded()
})

restContract('a worker', startRestWorker)
restContract('a group of workers', startRestGroup)

function restContract(who: string, start: typeof startRestGroup): void {
  describe(`${who} answers as Kafka Connect does`, () => {
    let compared = 0
    let different = 0
    for (const scenario of scenarios) {
      test(scenario.name, async (t) => {
        const { server, defects } = await start(t)
        const side = ourSide(await server.listen({ host: '127.0.0.1', port: 0 }))
        const theirs = new Map(Object.entries(recorded.answers[scenario.name] ?? {}))
        const results = compareAnswers(scenario.calls(side), theirs, await play(side, scenario))
        compared += results.length
        different += results.filter(({ differs }) => differs !== null).length
        const wrong = results.filter(({ isAsExpected }) => !isAsExpected)
        assert.deepEqual(
          wrong.map(({ call, actual }) => ({ call, answer: actual })),
          wrong.map(({ call, expected }) => ({ call, answer: expected })),
        )
        assert.deepEqual(defects, [])
        const idle = results.filter(({ differs, isAsConnect }) => differs !== null && !differs.sometimes && isAsConnect)
        assert.deepEqual(
          idle.map(({ call }) => call),
          [],
          'these differ no longer',
        )
      })
    }
    after(() => {
      console.error(
        `${who}: ${compared} calls compared with Kafka Connect ${recorded.version} (recorded ${recorded.recorded}); ${different} differ on purpose`,
      )
    })
  })
}
