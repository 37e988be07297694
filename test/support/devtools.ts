/** Drives a page in headless Chromium over its DevTools protocol. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

const flags = [
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking',
  '--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-port=0',
]

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

export interface Tab {
  /** Errors in the console, exceptions, and violations of the content security policy. */
  readonly problems: readonly string[]
  send(method: string, params?: object): Promise<Readonly<Record<string, unknown>>>
  /** The value of an expression, which may be a promise. */
  evaluate<T>(expression: string): Promise<T>
  /** Resolves once an expression is true; checks whenever the document changes. */
  until(expression: string): Promise<void>
  /** Opens an address, and waits for its scripts. */
  open(url: string): Promise<void>
  /** A PNG of the visible part. */
  screenshot(): Promise<Buffer>
  close(): Promise<void>
}

/** Starts a browser with one tab. */
export async function openTab(browser: string): Promise<Tab> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-browser-'))
  const child = spawn(browser, [...flags.join(' ').split(' '), `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const port = await listeningPort(child.stderr)
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    readonly type: string
    readonly webSocketDebuggerUrl: string
  }[]
  const target = targets.find(({ type }) => type === 'page')
  if (target === undefined) throw new Error('the browser has no tab')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await once(socket, 'open')
  const problems: string[] = []
  const waiting = new Map<number, (message: Message) => void>()
  const heard = new Map<string, () => void>()
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    if (message.method === 'Log.entryAdded' || message.method === 'Runtime.exceptionThrown')
      problems.push(JSON.stringify(message.params))
    if (message.method !== undefined) heard.get(message.method)?.()
  })
  let id = 0
  const send: Tab['send'] = (method, params = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {})
        else reject(new Error(`${method}: ${error.message}`))
      })
      socket.send(JSON.stringify({ id, method, params }))
    })
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = (await send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true, userGesture: true },
    })) as { readonly result: { readonly value: T }; readonly exceptionDetails?: object }
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return result.value
  }
  for (const domain of ['Page', 'Log', 'Runtime']) await send(`${domain}.enable`)
  return {
    problems,
    send,
    evaluate,
    until: (expression) => evaluate(untilTrue(expression)),
    async open(url) {
      const loaded = new Promise<void>((resolve) => heard.set('Page.loadEventFired', resolve))
      await send('Page.navigate', { url })
      await loaded
    },
    async screenshot() {
      const { data } = (await send('Page.captureScreenshot', { format: 'png' })) as { readonly data: string }
      return Buffer.from(data, 'base64')
    },
    async close() {
      socket.terminate()
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

async function listeningPort(stderr: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = []
  for await (const line of createInterface(stderr)) {
    const port = /^DevTools listening on ws:\/\/[^/]*:(\d+)\//.exec(line)?.[1]
    if (port !== undefined) {
      stderr.resume()
      return port
    }
    lines.push(line)
  }
  throw new Error(`the browser ended by itself:\n${lines.join('\n')}`)
}

function untilTrue(expression: string): string {
  return `new Promise((resolve) => {
    const check = () => {
      if (!(${expression})) return
      observer.disconnect()
      resolve()
    }
    const observer = new MutationObserver(check)
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    check()
  })`
}
