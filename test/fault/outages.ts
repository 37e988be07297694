/**
 * One worker with one connector, through a day's troubles in a few minutes: `genesis run` delivers to a topic and to a file
 * while its SASL sessions end every ten seconds, a quota throttles it, the registry restarts, the broker is away and the disk
 * is full. Its log is printed as a person sees it.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { genesisWith, program, shipped } from '../support/genesis.js'
import { setQuota } from '../support/quota.js'
import { RegistryDoor } from '../support/registry-door.js'
import { startSecuredBroker, superUser, type SecuredBroker } from '../support/secured-broker.js'

const run = promisify(execFile)

const sessionMs = 10_000
const ratePerSecond = 400
const quotaBytesPerSecond = 20_000
const diskBytes = 64 << 20
const outageMs = 120_000
const fullMs = 75_000

export interface Outages {
  /** Sessions that the connections to the broker went through, outages not counted. */
  readonly sessions: number
  /** False: mounting a file system that fills is not allowed here. */
  readonly diskWasFull: boolean
  readonly exit: number | null
  readonly verified: boolean
  /** What `genesis verify` said. */
  readonly report: string
}

/** `say` is told what is done to the worker, and gets its log. */
export async function outages(folder: string, registryUrl: string, say: (line: string) => void): Promise<Outages> {
  const broker = await startSecuredBroker({
    'listener.name.sasl.plain.connections.max.reauth.ms': String(sessionMs),
  })
  const door = await RegistryDoor.before(registryUrl)
  const archive = join(folder, 'archive')
  await mkdir(archive)
  const disk = await mount(archive)
  if (disk === null) say('--- the disk stays as it is: a tmpfs may not be mounted here')
  try {
    return await live({ folder, archive, broker, door, say, disk })
  } finally {
    door.close()
    await broker.stop()
    await disk?.unmount()
  }
}

interface Scene {
  readonly folder: string
  readonly archive: string
  readonly broker: SecuredBroker
  readonly door: RegistryDoor
  readonly disk: Disk | null
  readonly say: (line: string) => void
}

async function live({ folder, archive, broker, door, say, disk }: Scene): Promise<Outages> {
  const cluster = broker.sasl(superUser)
  const files = await configure(folder, archive)
  let sessionsMs = 0
  /** Lets the worker alone, with its broker there. */
  const steady = async (ms: number): Promise<void> => {
    sessionsMs += ms
    await sleep(ms)
  }
  const mark = (what: string): void => say(`--- ${what}`)

  mark('the worker starts; the registry is not there yet')
  door.shut()
  const env = { KAFKA_BROKERS: cluster.brokers.join(','), SCHEMA_REGISTRY_URL: door.url }
  const worker = start(files, env, say)
  const exit = once(worker, 'exit').then(([status]) => status as number | null)
  await steady(8_000)
  mark('the registry is there')
  door.open()
  await steady(3 * sessionMs)
  mark(`a quota of ${quotaBytesPerSecond / 1000} kB/s`)
  await setQuota(cluster, clientId, 'producer_byte_rate', quotaBytesPerSecond)
  await steady(3 * sessionMs)
  mark('no quota')
  await setQuota(cluster, clientId, 'producer_byte_rate', null)
  await steady(2 * sessionMs)
  mark(`the broker is killed, for ${outageMs / 1000} s; the registry restarts meanwhile, and is the last to be there`)
  await broker.kill()
  door.shut()
  await sleep(outageMs)
  mark('the broker is started')
  await broker.restart()
  await steady(10_000)
  mark('the registry is there')
  door.open()
  await steady(2 * sessionMs)
  if (disk !== null) {
    mark(`the disk of the file is full, for ${fullMs / 1000} s`)
    await disk.fill()
    await steady(fullMs)
    mark('the disk is emptied')
    await disk.empty()
    await steady(sessionMs)
  }
  mark('Ctrl-C')
  worker.kill('SIGINT')
  const status = await exit
  mark('genesis verify')
  const verified = await genesisWith(env, 'verify', files.connector, '--worker', files.worker)
  return {
    sessions: Math.floor(sessionsMs / sessionMs),
    diskWasFull: disk !== null,
    exit: status,
    verified: verified.status === 0,
    report: verified.stdout + verified.stderr,
  }
}

const clientId = 'genesis-outages'

interface Files {
  readonly connector: string
  readonly worker: string
}

/** Addresses come from the environment, which would overrule those in the file. */
async function configure(folder: string, archive: string): Promise<Files> {
  const files = { connector: join(folder, 'customers.json'), worker: join(folder, 'worker.json') }
  const { mechanism, username, password } = superUser
  const worker = {
    kafka: { client_id: clientId, sasl: { mechanism, username, password } },
    checkpoints: { topic: 'outages-checkpoints' },
    log: { format: 'line' },
    threads: 1,
  }
  const connector = {
    ...{ name: 'customers', model: shipped('models/customers.json'), key: 'id', tasks: { max: 2 } },
    throughput: { rate: ratePerSecond },
    sinks: {
      topic: { type: 'kafka', topic: 'outages', topic_creation: { partitions: 3 } },
      archive: { type: 'file', path: join(archive, 'customers.jsonl') },
    },
  }
  await writeFile(files.worker, JSON.stringify(worker))
  await writeFile(files.connector, JSON.stringify(connector))
  return files
}

function start(
  { connector, worker }: Files,
  env: Readonly<Record<string, string>>,
  say: (line: string) => void,
): ChildProcess {
  const args = [program, 'run', connector, '--worker', worker]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trimEnd().split('\n')) say(line)
  })
  return child
}

/** A small file system of its own. */
interface Disk {
  fill(): Promise<void>
  empty(): Promise<void>
  unmount(): Promise<void>
}

/** Null where mounting is not allowed. */
async function mount(folder: string): Promise<Disk | null> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder])
  } catch {
    return null
  }
  const ballast = join(folder, 'ballast')
  return {
    async fill() {
      const { bavail, bsize } = await statfs(folder)
      // What the worker writes meanwhile may have taken the last block.
      await writeFile(ballast, Buffer.alloc(bavail * bsize)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      })
    },
    empty: () => rm(ballast),
    async unmount() {
      await run('umount', [folder])
    },
  }
}
