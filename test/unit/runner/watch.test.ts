import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { ConnectorConfig } from '#src/config/connector.js'
import { changes, watchPaths } from '#src/runner/watch.js'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-watch-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

const text = (name: string, seed = 0): string =>
  `name: ${name}\nmodel: m.json\nsink: { type: file, path: out }\nseed: ${seed}\n`

/** What the changes come to, applied to what runs. */
async function settle(running: Map<string, ConnectorConfig>, paths: string[]) {
  const { put, remove, errors } = await changes(running, paths, {})
  for (const connector of put) running.set(connector.name, connector)
  for (const name of remove) running.delete(name)
  return { put: put.map(({ name }) => name), remove, errors: errors.map(({ code }) => code) }
}

describe('the connectors of a folder', () => {
  test('are started, restarted alone and stopped as their files come, change and go', async (t) => {
    const path = await folder(t)
    const running = new Map<string, ConnectorConfig>()
    await writeFile(join(path, 'a.yaml'), text('a'))
    await writeFile(join(path, 'b.yaml'), text('b'))
    assert.deepEqual(await settle(running, [path]), { put: ['a', 'b'], remove: [], errors: [] })
    assert.deepEqual(await settle(running, [path]), { put: [], remove: [], errors: [] })
    await writeFile(join(path, 'b.yaml'), text('b', 1))
    await writeFile(join(path, 'c.yaml'), text('c'))
    assert.deepEqual(await settle(running, [path]), { put: ['b', 'c'], remove: [], errors: [] })
    await rm(join(path, 'a.yaml'))
    await rename(join(path, 'c.yaml'), join(path, 'c.txt'))
    assert.deepEqual(await settle(running, [path]), { put: [], remove: ['a', 'c'], errors: [] })
  })

  test('go on as they are while their file cannot be understood', async (t) => {
    const path = await folder(t)
    const running = new Map<string, ConnectorConfig>()
    await writeFile(join(path, 'a.yaml'), text('a'))
    await writeFile(join(path, 'b.yaml'), text('b'))
    await settle(running, [path])
    await writeFile(join(path, 'a.yaml'), `${text('a')}sede: 3\n`)
    assert.deepEqual(await settle(running, [path]), { put: [], remove: [], errors: ['CONFIG_INVALID'] })
    await writeFile(join(path, 'a.yaml'), 'name: [')
    assert.deepEqual(await settle(running, [path]), { put: [], remove: [], errors: ['CONFIG_UNREADABLE'] })
    await writeFile(join(path, 'a.yaml'), text('a', 3))
    assert.deepEqual(await settle(running, [path]), { put: ['a'], remove: [], errors: [] })
  })

  test('are not replaced by another file of the same name', async (t) => {
    const path = await folder(t)
    const running = new Map<string, ConnectorConfig>()
    await writeFile(join(path, 'b.yaml'), text('same'))
    await settle(running, [path])
    await writeFile(join(path, 'a.yaml'), text('same', 5))
    assert.deepEqual(await settle(running, [path]), { put: [], remove: [], errors: ['CONNECTOR_DUPLICATE'] })
    await rm(join(path, 'b.yaml'))
    assert.deepEqual(await settle(running, [path]), { put: ['same'], remove: [], errors: [] })
  })

  test('are looked at again after a write, a replacement by rename, a removal, and a swap of a linked folder', async (t) => {
    const path = await folder(t)
    await writeFile(join(path, 'a.yaml'), text('a'))
    let heard!: () => void
    const end = await watchPaths([path, join(path, 'a.yaml')], () => heard())
    const after = async (change: () => Promise<void>): Promise<void> => {
      const looked = new Promise<void>((resolve) => (heard = resolve))
      await change()
      await looked
    }
    await after(() => writeFile(join(path, 'a.yaml'), text('a', 1)))
    await after(async () => {
      await writeFile(join(path, '.a.new'), text('a', 2))
      await rename(join(path, '.a.new'), join(path, 'a.yaml'))
    })
    await after(() => rm(join(path, 'a.yaml')))
    // As Kubernetes replaces the files of a ConfigMap.
    await after(async () => {
      await mkdir(join(path, '..2'))
      await symlink('..2', join(path, '..data_tmp'))
      await rename(join(path, '..data_tmp'), join(path, '..data'))
    })
    end()
  })
})
