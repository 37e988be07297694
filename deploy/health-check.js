/**
 * `node health-check.js [path] [--wait]`: whether the worker in this container, or in this pod, answers 200, by HTTP or HTTPS, at
 * GENESIS_HTTP_PORT (default 8083). Exit status 0: it does. With `--wait` it asks every second until it does, and prints why not.
 */
import { get as getByHttp } from 'node:http'
import { get as getByHttps } from 'node:https'
import { text } from 'node:stream/consumers'

const [path = '/health', ...flags] = process.argv.slice(2)
const port = process.env['GENESIS_HTTP_PORT'] || '8083'
const waits = flags.includes('--wait')
// Whoever answers on loopback is this container: the certificate has other names.
const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, timeout: 2_500 }
let saidBefore = ''

if (waits) process.once('SIGTERM', () => process.exit(143)) // the first process of a container ignores it otherwise

/** @returns {Promise<{ readonly ok: boolean, readonly said: string }>} rejects where nothing answers */
function ask(get) {
  return new Promise((resolve, reject) => {
    const request = get(options, (response) =>
      text(response).then((body) => resolve({ ok: response.statusCode === 200, said: body.trim() }), reject),
    )
    request.on('timeout', () => request.destroy(new Error('no answer within 2.5 s')))
    request.on('error', reject)
  })
}

async function look() {
  const failed = (error) => ({ ok: false, said: `127.0.0.1:${port}: ${error.message}` })
  const { ok, said } = await ask(getByHttp).catch(() => ask(getByHttps).catch(failed))
  if (waits && said !== saidBefore) console.log(said)
  saidBefore = said
  if (ok || !waits) process.exit(ok ? 0 : 1)
  setTimeout(look, 1_000)
}

await look()
