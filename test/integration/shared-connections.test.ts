import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { ConnectionPool } from '#src/kafka/connection-pool.js'
import { testCluster } from '../support/kafka.js'

test('who was given the same connection twice gives it back twice: it does not outlive its users', async () => {
  const connections = new ClusterConnections(testCluster(), new ConnectionPool(testCluster(), 1))
  const { controllerId } = await connections.metadata([])
  await connections.drop(controllerId)
  const bootstrap = await connections.any()
  const node = await connections.broker(controllerId)
  assert.equal(node, bootstrap)
  await connections.close()
  assert.equal(node.connection.isConnected(), false)
})
