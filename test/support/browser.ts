/** Runs a page of the test's own in a headless browser, where the machine has one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The path of Chromium or Chrome: `CHROMIUM`, or one on the PATH; null where there is none. */
export function findBrowser(): string | null {
  if (process.env['CHROMIUM']) return process.env['CHROMIUM']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    for (const folder of folders) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // not here
      }
    }
  }
  return null
}

/** Opens an address and keeps it open until `done` settles; every name is this machine. */
export async function browse(browser: string, url: string, done: Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-browser-'))
  const flags = [
    '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking',
    '--disable-component-update --disable-sync --disable-dev-shm-usage',
  ]
  const child = spawn(
    browser,
    [...flags.join(' ').split(' '), `--user-data-dir=${folder}`, '--host-resolver-rules=MAP * 127.0.0.1', url],
    { stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  const early = exited.then(([status]) => {
    throw new Error(`the browser ended by itself with ${status}`)
  })
  try {
    await Promise.race([done, early])
  } finally {
    early.catch(() => undefined)
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
