import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { loadWorker } from '#src/config/worker-file.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'
import { shipped } from '../../support/genesis.js'

test('everything that the image copies is in its build context', async () => {
  const [dockerfile, ignored] = await Promise.all(
    ['Dockerfile', '.dockerignore'].map((name) => readFile(shipped(name), 'utf8')),
  )
  const kept = ignored.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, sources]) => sources.split(' '))
  assert.ok(copied.length > 5)
  assert.deepEqual(
    copied.filter((source) => !kept.some((one) => source === one || source.startsWith(`${one}/`))),
    [],
  )
})

test('the worker of the Compose file outlives its bounded connectors, so that the port it publishes keeps its metrics', async () => {
  const { services } = parse(await readFile(shipped('docker-compose.yml'), 'utf8')) as {
    services: { worker: { command: string[]; ports: string[]; environment: Record<string, string> } }
  }
  const { command, ports, environment } = services.worker
  assert.ok(command.includes('--watch'), command.join(' '))
  const worker = await loadWorker(shipped('deploy/worker.yaml'), environment)
  assert.deepEqual([worker.http.enabled, worker.http.host], [true, '0.0.0.0'])
  assert.match(ports[0], new RegExp(`^127\\.0\\.0\\.1:.*:${worker.http.port}$`))
})

test('the worker of the Compose file has the time to finish its transactions, and no more rights than in a cluster', async () => {
  const { services } = parse(await readFile(shipped('docker-compose.yml'), 'utf8')) as {
    services: { worker: Record<string, unknown> }
  }
  const { stop_grace_period: grace, read_only: isReadOnly, cap_drop: dropped, security_opt: options } = services.worker
  const { shutdown } = await loadWorker(shipped('deploy/worker.yaml'), {})
  assert.ok(Number.parseInt(String(grace)) * 1000 > shutdown.timeoutMs)
  assert.deepEqual([isReadOnly, dropped, options], [true, ['ALL'], ['no-new-privileges:true']])
})

test('native dependencies come prebuilt for the architectures that docs/running.md names', async () => {
  const lock = JSON.parse(await readFile(shipped('package-lock.json'), 'utf8')) as {
    packages: Record<string, { os?: string[]; cpu?: string[]; dev?: boolean }>
  }
  const built = (cpu: string): string[] =>
    Object.entries(lock.packages)
      .filter(([, one]) => one.dev !== true && one.os?.[0] === 'linux' && one.cpu?.[0] === cpu)
      .map(([name]) => name.replace(cpu, 'CPU'))
  assert.ok(built('x64').length >= 4)
  assert.deepEqual(
    built('x64').filter((name) => !built('arm64').includes(name)),
    [],
  )
})

describe("the image's health check", () => {
  const healthy: RequestListener = (request, response) => {
    response.writeHead(request.url === '/health' ? 200 : 503).end()
  }

  const start = (port: number, ...args: string[]) =>
    spawn(process.execPath, [shipped('deploy/health-check.js'), ...args], {
      env: { ...process.env, GENESIS_HTTP_PORT: String(port) },
    })

  async function statusOf(port: number, ...args: string[]): Promise<unknown> {
    const [status] = (await once(start(port, ...args), 'exit')) as [unknown]
    return status
  }

  async function listening(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    t.after(() => server.close())
    return (server.address() as AddressInfo).port
  }

  test('asks by HTTP, and by HTTPS whatever the certificate says', async (t) => {
    const plain = await listening(t, createServer(healthy))
    const encrypted = await listening(t, createTlsServer({ cert: loopbackCertificate, key: loopbackKey }, healthy))
    assert.deepEqual(await Promise.all([statusOf(plain), statusOf(encrypted)]), [0, 0])
    assert.deepEqual(await Promise.all([statusOf(plain, '/other'), statusOf(encrypted, '/other')]), [1, 1])
  })

  test('waits until the answer is 200, and says why it is not, each reason once', async (t) => {
    const asked: unknown[] = []
    const port = await listening(
      t,
      createServer(({ url }, response) => {
        const isReady = asked.push(url) === 3
        response.writeHead(isReady ? 200 : 503).end(isReady ? 'ready' : 'waiting for Kafka')
      }),
    )
    const waiting = start(port, '/ready', '--wait')
    const [said, [status]] = await Promise.all([text(waiting.stdout), once(waiting, 'exit') as Promise<[unknown]>])
    assert.deepEqual([said, status], ['waiting for Kafka\nready\n', 0])
    assert.deepEqual(asked, ['/ready', '/ready', '/ready'])
  })

  test('fails where nothing listens', async (t) => {
    const server = createServer(healthy)
    const port = await listening(t, server)
    server.close()
    await once(server, 'close')
    assert.equal(await statusOf(port), 1)
  })
})
