import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nearPath } from '#src/config/near-path.js'
import { runNode, program } from '../../support/genesis.js'
import { folderWith } from './folder.js'

const files = /\.(ya?ml|json)$/

test('a path that does not exist is near to one of its folder: misspelt, without its ending, or begun', async (t) => {
  const folder = await folderWith(t, { 'orders.yaml': '', 'premium-customers.yaml': '', 'notes.txt': '' })
  const near = (name: string): string | undefined => nearPath(join(folder, name), 'connectors', files)
  assert.equal(near('odrers.yaml'), join(folder, 'orders.yaml'))
  assert.equal(near('orders.yml'), join(folder, 'orders.yaml'))
  assert.equal(near('orders'), join(folder, 'orders.yaml'))
  assert.equal(near('premium'), join(folder, 'premium-customers.yaml'))
  assert.equal(near('note.txt'), undefined)
  assert.equal(near('something-else.yaml'), undefined)
  assert.equal(near('gone/orders.yaml'), undefined)
})

test('mistyped files, and names of connectors and models in place of their files, have a hint on the command line', async (t) => {
  const folder = await folderWith(t, {})
  for (const [parent, name] of [
    ['connectors', 'orders.yaml'],
    ['models', 'shop.json'],
  ]) {
    await mkdir(join(folder, parent))
    await writeFile(join(folder, parent, name), '{}')
  }
  const hint = async (...args: string[]): Promise<string | undefined> => {
    const { status, stderr } = await runNode([program, ...args], { cwd: folder })
    assert.equal(status, 2)
    return /Did you mean (.*)\? \(\w+\)\n$/.exec(stderr)?.[1]
  }
  assert.deepEqual(
    await Promise.all([hint('verify', 'orders'), hint('validate', 'conectors'), hint('describe', 'shop')]),
    ['connectors/orders.yaml', 'connectors', 'models/shop.json'],
  )
})
