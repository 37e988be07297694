import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectIsAvailable, startConnect } from '../../../scripts/stack/connect.js'
import { testCluster } from '../../support/kafka.js'
import { askConnect, ourSide, readRecorded } from './oracle.js'
import { scenarios } from './scenarios.js'

/** Starting Kafka Connect and asking it takes half a minute; the first time it is downloaded. */
const oracleMs = 300_000

test('what is recorded of Kafka Connect is what it answers', { timeout: oracleMs }, async (t) => {
  const { brokers } = testCluster()
  if (!(await connectIsAvailable())) {
    t.diagnostic('not asked: this needs Java 17 and Maven; the recorded answers stand for it')
    return
  }
  const connect = await startConnect(brokers.join(','), t.signal)
  try {
    const [now, recorded] = [await askConnect(connect), await readRecorded()]
    for (const scenario of scenarios) {
      for (const { does, differs } of scenario.calls(ourSide(connect.url))) {
        if (differs?.sometimes) continue
        assert.deepEqual(now[scenario.name][does], recorded.answers[scenario.name][does], `${scenario.name}, ${does}`)
      }
    }
  } finally {
    await connect.stop()
  }
})
