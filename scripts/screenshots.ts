/**
 * `make screenshots`: a worker with connectors in every state, and the pictures of its page in docs/images, after a minute and a half
 * of curves. Needs Chromium. Look at the pictures before you commit them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBrowser } from '../test/support/browser.js'
import { openTab, type Tab } from '../test/support/devtools.js'
import { program, shipped } from '../test/support/genesis.js'
import { untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'

const curvesMs = 90_000
const signal = untilInterrupted()
const progress = new Progress(process.stderr)

const to = (file: string): object => ({ 'sink.type': 'file', 'sink.path': `${file}.jsonl` })
const shaped = (shape: object): object =>
  Object.fromEntries(Object.entries(shape).map(([key, value]) => [`throughput.shape.${key}`, String(value)]))

/** By name: Connect's flat keys. */
const connectors: Readonly<Record<string, object>> = {
  customers: { model: 'customers.json', ...to('customers'), 'throughput.rate': '100' },
  'customers-ramp': {
    ...{ model: 'customers.json', ...to('ramp'), 'throughput.rate': '100' },
    ...shaped({ type: 'ramp', period: '80s', to_rate: 900 }),
  },
  flights: {
    ...{ model: 'flights.json', ...to('flights'), 'throughput.rate': '2000' },
    ...shaped({ type: 'sine', period: '40s', amplitude: 0.7 }),
  },
  'flights-burst': {
    ...{ model: 'flights.json', ...to('burst'), 'throughput.rate': '50' },
    ...shaped({ type: 'bursts', period: '30s', burst_rate: 900, burst_length: '8s' }),
  },
  'premium-customers': {
    ...{ model: 'customers.json', ...to('premium'), conditions: '{"segment": "premium"}' },
    ...{ 'throughput.rate': '1200', 'throughput.max_records': '150000', 'tasks.max': '2' },
  },
  orders: { model: 'orders.json', ...to('orders'), 'throughput.max_records': '5000' },
  'orders-nightly': { model: 'orders.json', ...to('nightly'), 'throughput.rate': '50' },
  'customers-to-kafka': {
    model: 'customers.json',
    topic: 'customers',
    'value.format': 'json',
    'throughput.rate': '50',
  },
}

interface Shot {
  readonly name: string
  readonly hash: string
  readonly width: number
  readonly height: number
  readonly isDark?: boolean
  /** In the page, before the picture. */
  readonly act?: (tab: Tab) => Promise<void>
}

const isRead = "document.querySelectorAll('.plots figure').length > 3"
const fill = (field: string, value: string): string =>
  `(() => { const field = document.getElementById('field-${field}'); field.value = ${JSON.stringify(value)}; field.dispatchEvent(new Event('input', { bubbles: true })) })()`

const shots: readonly Shot[] = [
  { name: 'page-connectors', hash: '', width: 1180, height: 740 },
  { name: 'page-connectors-dark', hash: '', width: 1180, height: 740, isDark: true },
  { name: 'page-narrow', hash: '', width: 360, height: 720 },
  { name: 'page-connector-dark', hash: 'connectors/flights', width: 1180, height: 980, isDark: true },
  {
    ...{ name: 'page-model', hash: 'connectors/customers', width: 1180, height: 680 },
    async act(tab) {
      await tab.evaluate("document.querySelector('details.card').open = true")
      await tab.until(isRead)
      await tab.evaluate("document.querySelector('details.card').scrollIntoView()")
    },
  },
  {
    ...{ name: 'page-form', hash: 'new', width: 1180, height: 900 },
    async act(tab) {
      await tab.until("document.getElementById('field-model')")
      await tab.evaluate(fill('name', 'wealthy-customers'))
      await tab.evaluate(fill('model', 'customers.json'))
      await tab.evaluate(fill('sink.type', 'file'))
      await tab.evaluate(fill('sink.path', 'wealthy.jsonl'))
      await tab.evaluate(fill('conditions', '{"income": [">", 90000]}'))
      await tab.until("document.querySelectorAll('.compact tbody tr').length === 10")
    },
  },
]

async function take(tab: Tab, address: string, { name, hash, width, height, isDark, act }: Shot): Promise<void> {
  const features = [{ name: 'prefers-color-scheme', value: isDark === true ? 'dark' : 'light' }]
  await tab.send('Emulation.setEmulatedMedia', { features })
  await tab.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
  await tab.evaluate(`location.href = ${JSON.stringify(`${address}/ui/#/${hash}`)}`)
  // Figures come every two seconds.
  await sleep(5_000, null, { signal })
  await act?.(tab)
  await sleep(500)
  await writeFile(shipped(`docs/images/${name}.png`), await tab.screenshot())
}

async function tooLate(name: string): Promise<never> {
  await sleep(60_000, null, { signal, ref: false })
  throw new Error(`${name}: the page does not show what it should`)
}

async function main(browser: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-screenshots-'))
  await mkdir(join(folder, 'out'))
  const worker = `http: { enabled: true, port: 18083 }\nmodels: { path: ${shipped('models')} }\nfiles: { path: out }\nkafka: { brokers: ['127.0.0.1:9092'] }\nlog: { format: json }\n`
  await writeFile(join(folder, 'worker.yaml'), worker)
  const child = spawn(process.execPath, [program, 'run', '--worker', 'worker.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  try {
    const { address } = await listening(child.stderr)
    for (const [name, config] of Object.entries(connectors)) {
      const response = await fetch(`${address}/connectors`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name, config: { 'connector.class': 'GenesisSource', ...config } }),
      })
      if (!response.ok) throw new Error(await response.text())
    }
    await fetch(`${address}/connectors/orders-nightly/pause`, { method: 'PUT' })
    const tab = await openTab(browser)
    try {
      await tab.open(`${address}/ui/`)
      // Rates are those since the page was opened.
      await progress.during('drawing curves', () => sleep(curvesMs, null, { signal }))
      for (const shot of shots)
        await progress.during(shot.name, () => Promise.race([take(tab, address, shot), tooLate(shot.name)]))
      if (tab.problems.length > 0) throw new Error(tab.problems.join('\n'))
    } finally {
      await tab.close()
    }
  } finally {
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
}

async function listening(stderr: NodeJS.ReadableStream): Promise<{ readonly address: string }> {
  for await (const line of createInterface(stderr)) {
    const { address } = JSON.parse(line) as { readonly address?: string }
    if (address === undefined) continue
    stderr.resume()
    return { address }
  }
  throw new Error('the worker ended by itself')
}

const browser = findBrowser()
if (browser === null) {
  progress.say('Install Chromium, or name one in CHROMIUM.')
  process.exitCode = 1
} else await main(browser)
