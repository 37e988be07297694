/**
 * Cost of a WebSocket server: many clients with individual streams, everyone on one broadcast, and a client that
 * does not read. The clients run in a separate process that only counts bytes; the figures are this process's.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { StreamingGenerator, SyntheticGenerator, WebSocketServerPublisher } from '#src/index.js'
import { heldBytes } from './held-bytes.js'

export interface WebSocketResult {
  readonly case: string
  readonly recordsPerSecond: number
  /** CPU time of the server's process per elapsed time: 1 is a whole core. */
  readonly cores: number
  readonly dropped: number
  /** Bytes received by the clients. */
  readonly bytesPerSecond: number
}

const model = fileURLToPath(new URL('../../models/customers.json', import.meta.url))
const clientsRole = 'clients'
const stalledRole = 'stalled'

export async function benchWebSockets({ clients = 1000, seconds = 10 } = {}): Promise<WebSocketResult[]> {
  const generator = await SyntheticGenerator.load(model)
  const results: WebSocketResult[] = []
  for (const format of ['ndjson', 'avro', 'json'] as const) {
    for (const conditions of [undefined, { segment: 'premium', lifetime_value: ['>', 10_000] }]) {
      if (conditions !== undefined && format !== 'ndjson') continue
      const server = new WebSocketServerPublisher({ port: 0, generator, maxClients: clients, format, conditions })
      const { port } = await server.listen()
      // Each has its own position, so that no two request the same record.
      const crowd = await crowdOf(port, clients, (i) => `/?position=${i * 1_000_000}&batch_size=10&rate=100`)
      const name = `${clients} × 100 records/s in batches of 10, ${format}${conditions ? ', with conditions' : ''}`
      results.push(await measure(name, server, crowd, seconds))
      await end(crowd)
      await server.close()
    }
  }
  const server = new WebSocketServerPublisher({ port: 0, format: 'ndjson', maxClients: clients })
  const { port } = await server.listen()
  const crowd = await crowdOf(port, clients, () => '/')
  const stop = new AbortController()
  const streaming = new StreamingGenerator(generator).streamTo(server, {
    batchSize: 10,
    rateLimit: 100,
    signal: stop.signal,
  })
  results.push(await measure(`${clients} clients of one broadcast of 100 records/s, ndjson`, server, crowd, seconds))
  stop.abort()
  await end(crowd)
  await streaming
  return results
}

export interface StalledResult {
  readonly second: number
  readonly sent: number
  readonly dropped: number
  readonly bufferedBytes: number
  /** Heap and array buffers of the process after garbage collection. */
  readonly heldBytes: number
}

/** A client that stops reading, at 10,000 records a second: memory of the process, second by second. */
export async function benchStalledClient({ seconds = 10, bufferBytes = 1_000_000 } = {}): Promise<StalledResult[]> {
  const generator = await SyntheticGenerator.load(model)
  const server = new WebSocketServerPublisher({ port: 0, generator, format: 'ndjson', bufferBytes })
  const { port } = await server.listen()
  const crowd = await crowdOf(port, 1, () => '/?batch_size=100&rate=10000', stalledRole)
  const results: StalledResult[] = []
  for (let second = 0; second <= seconds; second++) {
    const [{ records, dropped, bufferedBytes }] = server.clients()
    results.push({ second, sent: records, dropped, bufferedBytes, heldBytes: heldBytes() })
    await sleep(1000)
  }
  await end(crowd)
  await server.close()
  return results
}

async function measure(
  name: string,
  server: WebSocketServerPublisher,
  crowd: ChildProcess,
  seconds: number,
): Promise<WebSocketResult> {
  await sleep(2000)
  const before = { sent: sentBy(server), dropped: server.dropped, bytes: await received(crowd) }
  const cpu = process.cpuUsage()
  const began = performance.now()
  await sleep(seconds * 1000)
  const elapsed = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return {
    case: name,
    recordsPerSecond: (sentBy(server) - before.sent) / elapsed,
    cores: (user + system) / 1e6 / elapsed,
    dropped: server.dropped - before.dropped,
    bytesPerSecond: ((await received(crowd)) - before.bytes) / elapsed,
  }
}

function sentBy(server: WebSocketServerPublisher): number {
  return server.clients().reduce((sum, { records }) => sum + records, 0)
}

/** A process with this many connections. */
async function crowdOf(
  port: number,
  clients: number,
  target: (index: number) => string,
  role = clientsRole,
): Promise<ChildProcess> {
  const crowd = fork(fileURLToPath(import.meta.url), [role], { execArgv: [] })
  crowd.send({ port, targets: Array.from({ length: clients }, (_, i) => target(i)) })
  await once(crowd, 'message')
  return crowd
}

async function received(crowd: ChildProcess): Promise<number> {
  crowd.send('bytes')
  const [bytes] = (await once(crowd, 'message')) as [number]
  return bytes
}

async function end(crowd: ChildProcess): Promise<void> {
  crowd.disconnect()
  await once(crowd, 'exit')
}

/** A client's message: masked, with a zero mask. */
const pong = Buffer.from('8a8000000000', 'hex')

/** The other process. */
function runCrowd(reads: boolean): void {
  let bytes = 0
  process.on('disconnect', () => process.exit())
  process.on('message', (message: 'bytes' | { port: number; targets: string[] }) => {
    if (message === 'bytes') {
      process.send!(bytes)
      return
    }
    let open = 0
    for (const target of message.targets) {
      const socket = connect(message.port, '127.0.0.1')
      socket.write(
        `GET ${target} HTTP/1.1\r\nhost: bench\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      )
      // Unsolicited: a server takes it for an answer, and nothing has to be parsed here.
      setInterval(() => socket.write(pong), 20_000)
      socket.once('readable', () => {
        if (reads) socket.on('data', ({ length }: Buffer) => (bytes += length))
        if (++open === message.targets.length) process.send!('open')
      })
    }
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const role = process.argv[2]
  if (role === clientsRole || role === stalledRole) runCrowd(role === clientsRole)
  else {
    const results = await benchWebSockets()
    console.table(
      results.map((result) => ({
        case: result.case,
        'records/s': Math.round(result.recordsPerSecond),
        cores: result.cores.toFixed(2),
        dropped: result.dropped,
        'MB/s received': (result.bytesPerSecond / 1e6).toFixed(1),
      })),
    )
    console.table(
      (await benchStalledClient()).map((result) => ({
        ...result,
        heldBytes: `${(result.heldBytes / 1e6).toFixed(1)} MB`,
      })),
    )
    process.exit()
  }
}
