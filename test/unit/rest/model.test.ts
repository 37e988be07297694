import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { shipped } from '../../support/genesis.js'
import { startRestWorker } from '../../support/rest-worker.js'

interface Body {
  readonly name: string
  readonly rows: number | null
  readonly columns: readonly {
    readonly name: string
    readonly shape: number | null
    readonly histogram?: {
      readonly ordered: boolean
      readonly labels: string[]
      readonly real: number[]
      readonly synthetic: number[]
    }
  }[]
}

describe('the model of a connector over REST', () => {
  test('has the scores and shares that genesis fit measured', async (t) => {
    const { herder, server, folder } = await startRestWorker(t)
    await copyFile(shipped('models/customers.json'), join(folder, 'models/customers.json'))
    await herder.create('c', {
      'connector.class': 'GenesisSource',
      model: 'customers.json',
      topic: 't',
      'value.format': 'json',
    })
    const model = (await server.inject('/genesis/connectors/c/model')).json<Body>()
    assert.ok(model.rows !== null && model.rows > 0)
    const plotted = model.columns.filter(({ histogram }) => histogram !== undefined)
    assert.ok(
      plotted.some(({ histogram }) => histogram?.ordered) && plotted.some(({ histogram }) => !histogram?.ordered),
    )
    for (const { name, shape, histogram } of plotted) {
      assert.ok(shape !== null && shape > 0.5, name)
      assert.equal(histogram?.labels.length, histogram?.real.length)
      assert.equal(histogram?.labels.length, histogram?.synthetic.length)
    }
  })

  test('has no scores where nothing was measured', async (t) => {
    const { herder, server } = await startRestWorker(t)
    await herder.create('c', {
      'connector.class': 'GenesisSource',
      model: 'model.json',
      topic: 't',
      'value.format': 'json',
    })
    const model = (await server.inject('/genesis/connectors/c/model')).json<Body>()
    assert.equal(model.rows, null)
    assert.ok(model.columns.length > 0 && model.columns.every(({ histogram }) => histogram === undefined))
  })

  test('is 404 for an unknown connector', async (t) => {
    const { server } = await startRestWorker(t)
    assert.equal((await server.inject('/genesis/connectors/bogus/model')).statusCode, 404)
  })
})
