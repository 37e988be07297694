import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectIsAvailable, connectJars, startConnect } from '../../../scripts/stack/connect.js'
import { testCluster } from '../../support/kafka.js'
import { answersThatDiffer } from './oracle.js'

/** Starting Kafka Connect and asking it takes half a minute; the first time it is downloaded. */
const oracleMs = 300_000

/** Connect answers a few calls now like this, now like that: by how far a rebalance is, which a busy machine changes. */
const maxAsks = 3

test('what is recorded of Kafka Connect is what it answers', { timeout: oracleMs }, async (t) => {
  const { brokers } = testCluster()
  const needs = 'the recorded answers stand for it'
  if (!(await connectIsAvailable())) {
    t.diagnostic(`not asked: this needs Java 17 and Maven; ${needs}`)
    return
  }
  try {
    await connectJars(t.signal)
  } catch (error) {
    t.diagnostic(`not asked: Maven could not download Kafka Connect; ${needs}: ${String(error)}`)
    return
  }
  // What one worker answered as recorded, none has to answer again.
  let differing: readonly string[] = []
  for (let ask = 1; ask <= maxAsks; ask++) {
    const connect = await startConnect(brokers.join(','), t.signal)
    try {
      const found = await answersThatDiffer(connect)
      for (const { call, now, recorded } of found)
        t.diagnostic(`${call}: ${JSON.stringify(now)}, recorded ${JSON.stringify(recorded)}`)
      const calls = found.map(({ call }) => call)
      differing = ask === 1 ? calls : differing.filter((call) => calls.includes(call))
    } finally {
      await connect.stop()
    }
    if (differing.length === 0) break
  }
  assert.deepEqual(differing, [])
})
