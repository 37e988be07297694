import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { KafkaCluster } from '../support/kafka-cluster.js'
import { runScenario, scenarios } from './scenarios.js'
import type { Contender } from './scenarios.js'

describe('three brokers: nothing is missing, doubled, altered or out of order', () => {
  let cluster: KafkaCluster
  before(async () => {
    cluster = await KafkaCluster.start(new AbortController().signal)
  })
  after(() => cluster.stop())

  const play = (contender: Contender): void => {
    for (const scenario of scenarios.filter(({ quick }) => quick.includes(contender)))
      test(`${contender}: ${scenario.name}`, async () => {
        const { records, missing, doubled, altered, outOfOrder } = await runScenario(cluster, scenario, contender)
        assert.ok(records > 0)
        if (scenario.delivery === 'at-least-once') assert.deepEqual([missing, altered], [0, 0])
        else assert.deepEqual([missing, doubled, altered, outOfOrder], [0, 0, 0, 0])
      })
  }
  play('wire')
  play('kafkajs')
  test('the cluster goes back to transactions without KIP-890', () => cluster.setTransactionVersion(1))
  play('wire-v1')
})
