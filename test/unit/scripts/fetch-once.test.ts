import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fetchOnce } from '../../../scripts/stack/fetch-once.js'

async function cacheFor(t: TestContext): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'fetch-once-'))
  t.after(() => rm(cache, { recursive: true }))
  return cache
}

test('of two that want a folder at once, one downloads and the other waits for it', async (t) => {
  const folder = join(await cacheFor(t), 'jars')
  let downloads = 0
  const download = async (target: string): Promise<void> => {
    downloads++
    await new Promise(setImmediate)
    await writeFile(join(target, 'a.jar'), 'whole')
  }
  const found = async (): Promise<string> => {
    await fetchOnce(folder, download)
    return readFile(join(folder, 'a.jar'), 'utf8')
  }
  assert.deepEqual(await Promise.all([found(), found(), found()]), ['whole', 'whole', 'whole'])
  assert.equal(downloads, 1)
})

test('folders beside each other are not downloaded at the same time', async (t) => {
  const cache = await cacheFor(t)
  let [running, most] = [0, 0]
  const download = async (): Promise<void> => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
  }
  await Promise.all(['a', 'b', 'c'].map((name) => fetchOnce(join(cache, name), download)))
  assert.equal(most, 1)
})

test('a download that a killed process left is begun again', async (t) => {
  const cache = await cacheFor(t)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  await writeFile(join(cache, '.downloading'), String(child.pid))
  await fetchOnce(join(cache, 'jars'), (target) => writeFile(join(target, 'a.jar'), 'whole'))
  assert.deepEqual((await readdir(cache)).sort(), ['jars'])
})

test('a download that fails leaves nothing, and the next one may try', async (t) => {
  const cache = await cacheFor(t)
  const fail = async (target: string): Promise<void> => {
    await writeFile(join(target, 'half.jar'), 'ha')
    throw new Error('no route to the mirror')
  }
  await assert.rejects(fetchOnce(join(cache, 'jars'), fail), /no route/)
  assert.deepEqual(await readdir(cache), [])
  await fetchOnce(join(cache, 'jars'), (target) => writeFile(join(target, 'a.jar'), 'whole'))
  assert.deepEqual((await readdir(join(cache, 'jars'))).sort(), ['.complete', 'a.jar'])
})

test('who waits for another download can be interrupted', async (t) => {
  const cache = await cacheFor(t)
  await writeFile(join(cache, '.downloading'), String(process.pid))
  const stop = new AbortController()
  const waits = fetchOnce(join(cache, 'jars'), () => Promise.resolve(), { signal: stop.signal })
  stop.abort()
  await assert.rejects(waits, { name: 'AbortError' })
})
