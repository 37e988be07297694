import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { hashPassword } from '#src/rest/auth/password.js'
import { findBrowser } from '../support/browser.js'
import { openTab, type Tab } from '../support/devtools.js'
import { shipped, startGenesisIn, type RunningGenesis } from '../support/genesis.js'
import { pageConnector, pageTask } from '../support/page-connectors.js'

const browser = findBrowser()
const skip = browser === null && 'no browser on this machine: install Chromium, or name one in CHROMIUM'

/** A connector of a worker of startWorker. */
const fileConfig = {
  'connector.class': 'GenesisSource',
  model: 'customers.json',
  'sink.type': 'file',
  'sink.path': 'a',
}

/** A worker whose connectors write files, and its address. */
async function startWorker(
  t: TestContext,
  http = '',
): Promise<{ readonly run: RunningGenesis; readonly address: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-page-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await mkdir(join(folder, 'out'))
  const file = join(folder, 'worker.yaml')
  const keys = `http: {enabled: true, port: 0${http}}\nmodels: {path: ${shipped('models')}}\nfiles: {path: out}\nthreads: 0\n`
  await writeFile(file, keys)
  const run = startGenesisIn(t, folder, 'run', '--worker', file)
  const { address } = await run.logged('its address', (line) => 'address' in line)
  return { run, address: String(address) }
}

async function tabOf(t: TestContext): Promise<Tab> {
  const tab = await openTab(browser ?? '')
  t.after(() => tab.close())
  return tab
}

/** A node of the tree that a screen reader is given (DevTools protocol, Accessibility). */
interface AxNode {
  readonly ignored: boolean
  readonly role: { readonly value: string }
  readonly name?: { readonly value: string }
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[]
}

const quoted = (text: string): string => JSON.stringify(text)

/** Waits for a visible button or link with this text, and clicks it. */
async function click(tab: Tab, text: string, within = 'document'): Promise<void> {
  const found = `[...${within}.querySelectorAll('button, a')].find((one) => one.textContent === ${quoted(text)} && one.checkVisibility())`
  await tab.until(`${within} && ${found} && !${found}.disabled`)
  await tab.evaluate(`${found}.click()`)
}

function fill(tab: Tab, values: Readonly<Record<string, string>>): Promise<void> {
  return tab.evaluate(`for (const [name, value] of Object.entries(${JSON.stringify(values)})) {
    const input = document.getElementById('field-' + name)
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }`)
}

const shows = (text: string): string => `document.querySelector('main').innerText.includes(${quoted(text)})`
const isWide = '(document.documentElement.scrollWidth > window.innerWidth)'

async function resize(tab: Tab, width: number): Promise<void> {
  await tab.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: false })
}

describe('the web page', { skip }, () => {
  test('creates, shows, pauses, changes and deletes a connector, down to 360 px', async (t) => {
    const [{ run, address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    await resize(tab, 360)
    await tab.open(`${address}/`)
    assert.equal(await tab.evaluate('location.pathname'), '/ui/')
    await tab.until(shows('No connectors yet'))
    assert.equal(await tab.evaluate(isWide), false)

    await click(tab, 'New connector')
    await tab.until("document.getElementById('field-model')")
    await fill(tab, { model: 'customers.json', 'sink.type': 'file', 'sink.path': 'a.jsonl', 'throughput.rate': 'fast' })
    await tab.until("document.getElementById('field-throughput.rate').getAttribute('aria-invalid') === 'true'")
    await fill(tab, { 'throughput.rate': '20', 'tasks.max': '2' })
    await tab.until("document.querySelectorAll('.compact tbody tr').length === 10")
    assert.equal(await tab.evaluate(isWide), false)
    await click(tab, 'Create')
    // A name is missing, and the field that wants one has the focus.
    await tab.until("document.getElementById('field-name').getAttribute('aria-invalid') === 'true'")
    assert.equal(await tab.evaluate('document.activeElement.id'), 'field-name')
    await fill(tab, { name: 'a/b <i>' })
    await click(tab, 'Create')

    const state = (text: string): string => `document.querySelector('.titled .badge')?.textContent === ${quoted(text)}`
    await tab.until(state('Running'))
    assert.equal(await tab.evaluate('document.querySelector("h1").textContent'), 'a/b <i>')
    await tab.until("document.querySelectorAll('[aria-label=Tasks] tbody tr').length === 2")
    await tab.until("document.querySelector('.chart canvas')")
    await tab.until(shows('a.jsonl'))
    assert.equal(await tab.evaluate(isWide), false)
    await click(tab, 'Pause')
    await tab.until(state('Paused'))

    await click(tab, 'Edit')
    await tab.until("document.getElementById('field-throughput.rate')?.value === '20'")
    await fill(tab, { 'throughput.rate': '30' })
    await click(tab, 'Save')
    await tab.until(state('Paused'))
    await tab.until(`[...document.querySelectorAll('dd')].some((value) => value.textContent === '30')`)

    await click(tab, 'Workers')
    await tab.until(shows('1 connector · 2 tasks'))
    assert.equal(await tab.evaluate(isWide), false)
    await click(tab, 'Connectors')
    await click(tab, 'a/b <i>')
    await click(tab, 'Stop')
    await click(tab, 'Stop', "document.querySelector('dialog')")
    await tab.until(state('Stopped'))
    await click(tab, 'Reset')
    await click(tab, 'Reset', "document.querySelector('dialog')")
    await tab.until(shows('Nothing is committed yet'))
    await click(tab, 'Delete')
    await tab.until("document.querySelector('dialog[open]')")
    assert.equal(await tab.evaluate('document.activeElement.textContent'), 'Cancel')
    await click(tab, 'Delete', "document.querySelector('dialog')")
    await tab.until(shows('No connectors yet'))
    assert.deepEqual(tab.problems, [])

    run.kill('SIGKILL')
    await tab.until(`document.getElementById('trouble').textContent.includes('does not respond')`)
  })

  test('stores what it has checked: a line that was wrong then is a problem, though it was put right since', async (t) => {
    const [{ address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    await tab.open(`${address}/ui/#/new`)
    await tab.until("document.getElementById('field-model')")
    await fill(tab, { name: 'a', model: 'customers.json', 'sink.type': 'file', 'sink.path': 'a.jsonl' })
    await tab.until("document.querySelectorAll('.compact tbody tr').length === 10")
    await tab.evaluate(`const other = document.getElementById('other')
      other.value = 'my.note'
      document.querySelector('[type=submit]').click()
      other.value = 'my.note = x'`)
    await tab.until("!document.querySelector('[type=submit]')?.disabled")
    assert.deepEqual(await tab.evaluate('[location.hash, document.activeElement.id]'), ['#/new', 'other'])
    assert.deepEqual(await (await fetch(`${address}/connectors`)).json(), [])
  })

  test('is opened with a login, and says so if its role may only read', async (t) => {
    const user = async (name: string, role: string): Promise<string> =>
      `{name: ${name}, password: ${quoted(await hashPassword(name))}, role: ${role}}`
    const users = `, auth: {users: [${await user('ada', 'admin')}, ${await user('rita', 'reader')}]}`
    const [{ address }, tab] = await Promise.all([startWorker(t, users), tabOf(t)])
    const created = await fetch(`${address}/connectors`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Basic ${btoa('ada:ada')}` },
      body: JSON.stringify({ name: 'a', config: fileConfig, initial_state: 'PAUSED' }),
    })
    assert.equal(created.status, 201)
    await tab.open(`${address.replace('//', '//rita:rita@')}/ui/`)
    await click(tab, 'a')
    await click(tab, 'Resume')
    await tab.until(`document.querySelector('[role=alert]').innerText.includes('Not allowed')`)
  })

  test('does not move while it loads: layout shifts stay below 0.1, which Web Vitals call good', async (t) => {
    const [{ address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    const created = await fetch(`${address}/connectors`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'a', config: { ...fileConfig, 'throughput.rate': '10' } }),
    })
    assert.equal(created.status, 201)
    const source = `window.shifts = 0
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value)))
        .observe({ type: 'layout-shift', buffered: true })`
    await tab.send('Page.addScriptToEvaluateOnNewDocument', { source })
    await resize(tab, 412)
    const loaded = {
      'connectors/a': "document.querySelector('.chart canvas')",
      new: "document.getElementById('field-model')",
    }
    for (const [hash, isLoaded] of Object.entries(loaded)) {
      await tab.open('about:blank')
      await tab.open(`${address}/ui/#/${hash}`)
      await tab.until(`${isLoaded} && document.getElementById('versions').textContent !== ''`)
      // A shift is told in the frame after it.
      await tab.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
      const shifts = await tab.evaluate<number>('window.shifts')
      assert.ok(shifts < 0.1, `${hash}: ${shifts}`)
    }
  })

  test('keeps only the visible rows of a thousand connectors in the document', async (t) => {
    const [{ address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    const connectors = Array.from({ length: 1000 }, (_, i) => pageConnector(`load-${i}`, { records_per_second: i }))
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `const own = fetch
        window.fetch = (url, options) => String(url).endsWith('/genesis/connectors')
          ? Promise.resolve(new Response(${quoted(JSON.stringify(connectors))})) : own(url, options)`,
    })
    await resize(tab, 1200)
    await tab.open(`${address}/ui/`)
    const rows = "document.querySelectorAll('.list tbody tr:not(.spacer)')"
    await tab.until(`${rows}.length > 0`)
    assert.equal(await tab.evaluate("document.querySelector('.list').getAttribute('aria-rowcount')"), '1001')
    assert.ok((await tab.evaluate<number>(`${rows}.length`)) < 40)
    await tab.evaluate('scrollTo(0, document.body.scrollHeight)')
    await tab.until(`[...${rows}].at(-1).innerText.includes('load-999')`)
    assert.ok((await tab.evaluate<number>(`${rows}.length`)) < 40)
    await tab.evaluate(`document.getElementById('search').value = 'LOAD-77';
      document.getElementById('search').dispatchEvent(new Event('input'))`)
    await tab.until(`${rows}.length === 11`)
    assert.deepEqual(tab.problems, [])
  })

  test('shows figures without waiting for traces, and asks for the traces of an error once', async (t) => {
    const [{ address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    const failing = (message: string, trace?: string): string => {
      const task = pageTask({ state: 'FAILED', error: { code: 'SINK_FAILED', message, ...(trace && { trace }) } })
      return JSON.stringify(pageConnector('a', { tasks: [task] }))
    }
    // `window.answers`: of the calls for the connector itself, in order; each waits until it is given an answer.
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `const own = fetch
        window.polls = 0
        window.answers = []
        window.listed = ${failing('first')}
        window.fetch = (url, options) => {
          const { pathname } = new URL(url)
          if (pathname === '/genesis/connectors/a')
            return new Promise((resolve, reject) => answers.push({ give: (body) => resolve(new Response(JSON.stringify(body))), reject }))
          if (pathname !== '/genesis/connectors') return own(url, options)
          listed.tasks[0].records = ++polls
          return Promise.resolve(new Response(JSON.stringify([listed])))
        }`,
    })
    await tab.open(`${address}/ui/#/connectors/a`)
    const polled = async (times: number): Promise<void> => {
      const now = await tab.evaluate<number>('polls')
      await tab.until(`document.querySelectorAll('[aria-label=Tasks] td.number')[2]?.textContent === '${now + times}'`)
    }
    await tab.until('polls > 0')
    await polled(1)
    assert.equal(await tab.evaluate('answers.length'), 1)
    await tab.evaluate(`listed = ${failing('second')}`)
    await polled(1)
    assert.equal(await tab.evaluate('answers.length'), 2)
    await tab.evaluate(`answers[1].give(${failing('second', 'its trace')})`)
    const shown = "document.querySelector('.error-block')?.textContent"
    await tab.until(`${shown} === 'Task 0 SINK_FAILEDsecondTraceits trace'`)
    // An older answer that comes last is not shown.
    await tab.evaluate(`answers[0].give(${failing('first', 'of before')})`)
    await polled(1)
    assert.equal(await tab.evaluate(shown), 'Task 0 SINK_FAILEDsecondTraceits trace')
    assert.equal(await tab.evaluate('answers.length'), 2)
    // Without an answer there is the error without its trace, and the next reading asks again.
    await tab.evaluate(`listed = ${failing('third')}`)
    await polled(1)
    await tab.evaluate("answers[2].reject(new TypeError('no connection'))")
    await tab.until(`${shown} === 'Task 0 SINK_FAILEDthird'`)
    await polled(1)
    assert.equal(await tab.evaluate('answers.length'), 4)
    // The list says once more what was wrong, and the answer that it no longer is: the next reading asks again.
    await tab.evaluate(`answers[3].give(${JSON.stringify(pageConnector('a'))})`)
    await tab.until(`${shown} === undefined`)
    await polled(1)
    await tab.evaluate(`answers[4].give(${failing('third', 'the last')})`)
    await tab.until(`${shown} === 'Task 0 SINK_FAILEDthirdTracethe last'`)
    await tab.evaluate(`listed = ${JSON.stringify(pageConnector('a'))}`)
    await tab.until(`${shown} === undefined`)
    assert.equal(await tab.evaluate('answers.length'), 5)
  })

  test('names every control for a screen reader, and makes each large enough to hit, in every view', async (t) => {
    const [{ address }, tab] = await Promise.all([startWorker(t), tabOf(t)])
    const config = { 'connector.class': 'GenesisSource', model: 'customers.json', 'sink.type': 'file' }
    const body = JSON.stringify({ ...config, 'sink.path': 'a.jsonl', 'throughput.rate': '20' })
    const headers = { 'Content-Type': 'application/json' }
    assert.equal((await fetch(`${address}/connectors/a/config`, { method: 'PUT', headers, body })).status, 201)
    await tab.send('Accessibility.enable')
    const views = {
      '#/': 'document.querySelector(\'a[href="#/connectors/a"]\')',
      '#/connectors/a': "document.querySelector('[aria-label=Tasks] tbody tr')",
      '#/new': "document.getElementById('field-model')",
      '#/workers': "document.querySelector('.card')",
    }
    for (const [hash, ready] of Object.entries(views)) {
      await tab.open('about:blank')
      await tab.open(`${address}/ui/${hash}`)
      await tab.until(ready)
      const { nodes } = (await tab.send('Accessibility.getFullAXTree')) as unknown as { nodes: readonly AxNode[] }
      const unnamed = nodes.filter(({ ignored, role, name, properties }) => {
        const isFocusable = properties?.some((one) => one.name === 'focusable' && one.value.value === true) === true
        return !ignored && isFocusable && role.value !== 'main' && (name?.value ?? '').trim() === ''
      })
      assert.deepEqual(unnamed, [], hash)
      const document = await tab.evaluate<object>(`({
        language: document.documentElement.lang,
        titles: [...document.querySelectorAll('h1')].filter((one) => one.checkVisibility()).length,
        repeated: [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
        // Links in text may be as small as it is (WCAG 2.2, 2.5.8).
        small: [...document.querySelectorAll('button, input, select, summary')]
          .filter((one) => one.checkVisibility() && !['checkbox', 'radio'].includes(one.type))
          .filter((one) => one.getBoundingClientRect().height < 24).map(({ outerHTML }) => outerHTML),
      })`)
      assert.deepEqual(document, { language: 'en', titles: 1, repeated: [], small: [] }, hash)
    }
    assert.deepEqual(tab.problems, [])
  })
})
