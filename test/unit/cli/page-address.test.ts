import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGenesisAt } from '../../support/genesis.js'
import { folderWith } from '../config/folder.js'

test('genesis run says once where its page is, if it has one', async (t) => {
  const start = async (http: object) => {
    const cwd = await folderWith(t, { 'worker.json': JSON.stringify({ http: { enabled: true, port: 0, ...http } }) })
    return startGenesisAt(t, { cwd, env: process.env }, ['run', '--worker', 'worker.json'])
  }
  const [worker, without] = await Promise.all([start({}), start({ ui: false })])
  const { msg } = await worker.logged('the page', ({ msg: text }) => String(text).startsWith('the page is at '))
  const url = /http:\/\/127\.0\.0\.1:\d+\/ui\/$/.exec(String(msg))?.[0] ?? ''
  const page = await fetch(url)
  assert.deepEqual([page.status, page.headers.get('content-type')?.split(';')[0]], [200, 'text/html'])
  await without.logged('its address', ({ address }) => address !== undefined)
  for (const one of [worker, without]) {
    one.kill('SIGTERM')
    await assert.rejects(one.logged('another page', ({ msg: text }) => String(text).startsWith('the page is at ')))
    assert.equal(await one.exit, 0)
  }
})
