import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { GenesisError } from '#src/errors.js'
import { FileWatch } from '#src/herder/file-watch.js'
import { FileSource, type FileTarget, type Preflight } from '#src/herder/file-source.js'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-watch-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

const text = (name: string, seed = 0): string =>
  `name: ${name}\nmodel: m.json\nsink: { type: file, path: ${name}.out }\nseed: ${seed}\n`

/** A herder that takes everything. */
const target: FileTarget = { applyFile: () => Promise.resolve(), removeFile: () => Promise.resolve() }

function sourceOf(paths: readonly string[]): FileSource {
  return new FileSource(paths, {}, (connectors) => Promise.resolve({ connectors, errors: [] }), target)
}

/** What the changes come to; they are applied. `remade`: those of which another file than their own has changed. */
async function settle(source: FileSource) {
  const changes = await source.read()
  const { good, errors } = await source.check(changes)
  await source.apply(good, changes.remove)
  return {
    put: good.map(({ raw }) => raw.name),
    remade: good.filter(({ isRemade }) => isRemade).map(({ raw }) => raw.name),
    remove: changes.remove,
    errors: errors.map(({ code }) => code),
  }
}

describe('the connectors of a folder', () => {
  test('are started, restarted alone and stopped as their files come, change and go', async (t) => {
    const path = await folder(t)
    const source = sourceOf([path])
    await writeFile(join(path, 'a.yaml'), text('a'))
    await writeFile(join(path, 'b.yaml'), text('b'))
    assert.deepEqual(await settle(source), { put: ['a', 'b'], remade: [], remove: [], errors: [] })
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: [] })
    await writeFile(join(path, 'b.yaml'), text('b', 1))
    await writeFile(join(path, 'c.yaml'), text('c'))
    assert.deepEqual(await settle(source), { put: ['b', 'c'], remade: [], remove: [], errors: [] })
    await rm(join(path, 'a.yaml'))
    await rename(join(path, 'c.yaml'), join(path, 'c.txt'))
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: ['a', 'c'], errors: [] })
  })

  test('are checked only if they are not known to be fit', async (t) => {
    const path = await folder(t)
    for (const name of ['a', 'b']) await writeFile(join(path, `${name}.yaml`), text(name))
    const checked: string[] = []
    const refuse: Preflight = (connectors) => {
      checked.push(...connectors.map(({ name }) => name))
      return Promise.resolve({ connectors: [], errors: [new GenesisError('MODEL_UNREADABLE', 'unfit')] })
    }
    const source = new FileSource([path], {}, refuse, target)
    const { good, errors } = await source.check(await source.read(), ({ raw }) => Promise.resolve(raw.name === 'a'))
    assert.deepEqual([good.map(({ raw }) => raw.name), checked], [['a'], ['b']])
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['MODEL_UNREADABLE'],
    )
  })

  test('do not write to one file: who has it keeps it, and the other starts when it has one of its own', async (t) => {
    const path = await folder(t)
    const source = sourceOf([path])
    const writing = (name: string, file: string): Promise<void> =>
      writeFile(join(path, `${name}.yaml`), `name: ${name}\nmodel: m.json\nsink: { type: file, path: ${file} }\n`)
    await writing('b', 'out')
    assert.deepEqual(await settle(source), { put: ['b'], remade: [], remove: [], errors: [] })
    await writing('a', 'out')
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: ['CONFIG_INVALID'] })
    await writing('a', 'other')
    assert.deepEqual(await settle(source), { put: ['a'], remade: [], remove: [], errors: [] })
    // A change does not take it away either.
    await writing('a', './b/../out')
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: ['CONFIG_INVALID'] })
    await rm(join(path, 'b.yaml'))
    assert.deepEqual(await settle(source), { put: ['a'], remade: [], remove: ['b'], errors: [] })
  })

  test('go on as they are while their file cannot be understood', async (t) => {
    const path = await folder(t)
    const source = sourceOf([path])
    await writeFile(join(path, 'a.yaml'), text('a'))
    await writeFile(join(path, 'b.yaml'), text('b'))
    await settle(source)
    await writeFile(join(path, 'a.yaml'), `${text('a')}sede: 3\n`)
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: ['CONFIG_INVALID'] })
    await writeFile(join(path, 'a.yaml'), 'name: [')
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: ['CONFIG_UNREADABLE'] })
    await writeFile(join(path, 'a.yaml'), text('a', 3))
    assert.deepEqual(await settle(source), { put: ['a'], remade: [], remove: [], errors: [] })
  })

  test('are not replaced by another file of the same name', async (t) => {
    const path = await folder(t)
    const source = sourceOf([path])
    await writeFile(join(path, 'b.yaml'), text('same'))
    await settle(source)
    await writeFile(join(path, 'a.yaml'), text('same', 5))
    assert.deepEqual(await settle(source), { put: [], remade: [], remove: [], errors: ['CONNECTOR_DUPLICATE'] })
    await rm(join(path, 'b.yaml'))
    assert.deepEqual(await settle(source), { put: ['same'], remade: [], remove: [], errors: [] })
  })

  test('are restarted alone when a file that they are made from has changed, of several sinks each', async (t) => {
    const path = await folder(t)
    const source = sourceOf([path])
    const file = (name: string) => `sink: { type: file, path: ${name}.out }\n`
    const shape = 'throughput: { shape: { type: curve, curve: rate.csv } }\n'
    const refers = 'references: { column: x, connector: b.yaml, key: id, among: 5 }\n'
    await writeFile(join(path, 'a.yaml'), `name: a\nmodel: one.model\nvalue: { schema: s.avsc }\n${file('a')}`)
    await writeFile(join(path, 'b.yaml'), `name: b\nmodel: two.model\n${shape}${file('b')}`)
    await writeFile(join(path, 'c.yaml'), `name: c\nmodel: one.model\n${refers}${file('c')}`)
    await writeFile(
      join(path, 'd.yaml'),
      'name: d\nmodel: three.model\nsinks: { x: { type: stdout }, y: { type: file, path: y } }\n',
    )
    const write = async (name: string, text: string): Promise<string[]> => {
      await writeFile(join(path, name), text)
      return (await settle(source)).remade
    }
    await settle(source)
    assert.deepEqual(await write('one.model', '1'), ['a', 'c'])
    assert.deepEqual(await write('s.avsc', '1'), ['a'])
    assert.deepEqual(await write('rate.csv', '1'), ['b', 'c'])
    assert.deepEqual(await write('two.model', '1'), ['b', 'c'])
    assert.deepEqual(await write('three.model', '1'), ['d'])
    assert.deepEqual(await write('two.model', 'replaced'), ['b', 'c'])
    assert.deepEqual(await write('two.model', 'replaced'), [])
    assert.deepEqual(await write('other.csv', '1'), [])
    const one = 'name: d\nmodel: three.model\nsinks: { y: { type: file, path: y } }\n'
    await writeFile(join(path, 'd.yaml'), one)
    assert.deepEqual(await settle(source), { put: ['d'], remade: [], remove: [], errors: [] })
  })

  test('are looked at again after a write, a replacement by rename, a removal, and a swap of a linked folder', async (t) => {
    const path = await folder(t)
    await writeFile(join(path, 'a.yaml'), text('a'))
    let heard!: () => void
    const watch = new FileWatch(() => heard())
    t.after(() => watch.close())
    await watch.addPaths([path, join(path, 'a.yaml')])
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
    // Nothing of these is heard; the next change is.
    await writeFile(join(path, 'out.jsonl'), '1')
    watch.addFile(join(path, 'model.bin'))
    watch.addFile(join(path, 'no', 'folder', 'model.json'))
    await after(() => writeFile(join(path, 'model.bin'), '1'))
  })
})
