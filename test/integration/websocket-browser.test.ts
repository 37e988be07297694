import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { SyntheticGenerator, WebSocketServerPublisher } from '#src/index.js'
import { browse, findBrowser } from '../support/browser.js'
import { visit, type PageReport, type PageSocket } from '../support/websocket-page.js'

const script = new URL('../support/websocket-page.js', import.meta.url)
const browser = findBrowser()
const visitor =
  browser === null ? 'the page script in Node (no browser on this machine)' : 'a page in headless Chromium'

/** What the page finds when it is loaded from a host of this name and connects to `url`. */
async function report(t: TestContext, host: string, url: string): Promise<PageReport> {
  if (browser === null) {
    const origin = `http://${host}:1234`
    return visit((address) => new WebSocket(address, { origin }).on('error', () => undefined) as PageSocket, url)
  }
  let received: (report: PageReport) => void
  const reported = new Promise<PageReport>((resolve) => (received = resolve))
  const page = `<script type="module">
    import { visit } from '/page.js'
    const report = await visit((url) => new WebSocket(url), ${JSON.stringify(url)})
    await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
  </script>`
  const module = await readFile(script)
  const site = createServer((request, response) => {
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        response.end()
        received(JSON.parse(body) as PageReport)
      })
    } else if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(module)
    else response.setHeader('content-type', 'text/html').end(page)
  }).listen(0, '127.0.0.1')
  t.after(() => {
    site.closeAllConnections()
    site.close()
  })
  await once(site, 'listening')
  await browse(browser, `http://${host}:${(site.address() as AddressInfo).port}/`, reported)
  return reported
}

describe(`a WebSocket server and ${visitor}`, () => {
  test('records by query and by first message, Avro, and a line for invalid conditions', async (t) => {
    const generator = await SyntheticGenerator.load('models/customers.json')
    const server = new WebSocketServerPublisher({ port: 0, path: '/stream', generator, firstMessageSeconds: 60 })
    t.after(() => server.close())
    const { url } = await server.listen()
    const { byQuery, byMessage, avro, invalid } = await report(t, 'localhost', url)
    const conditions = { segment: 'premium', lifetime_value: ['>', 10000] }
    const rows = (texts: string[]): unknown[] => texts.map((text) => JSON.parse(text) as unknown)
    assert.deepEqual(rows(byQuery.texts), generator.sample(20, { conditions }).toJSON())
    assert.deepEqual([byQuery.code, byQuery.reason], [1000, 'complete'])
    assert.deepEqual(rows(byMessage.texts), generator.sample(10, { from: 1000 }).toJSON())
    assert.ok(avro.bytes > 500 && avro.texts.length === 0)
    assert.equal(invalid.code, 1008)
    assert.match(invalid.reason, /golden/)
    assert.equal((JSON.parse(invalid.texts[0]) as [string])[0], 'error')
  })

  test('a page of another origin gets no connection', async (t) => {
    const generator = await SyntheticGenerator.load('models/customers.json')
    const server = new WebSocketServerPublisher({
      port: 0,
      path: '/stream',
      generator,
      allowedOrigins: ['https://shop.example'],
    })
    t.after(() => server.close())
    const { url } = await server.listen()
    const found = await report(t, 'evil.example', url)
    for (const heard of Object.values(found) as PageReport['avro'][]) {
      assert.deepEqual([heard.code, heard.texts.length, heard.bytes], [1006, 0, 0])
    }
  })
})
