/** A worker of a group as a process of its own: killed, frozen, stopped and started again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { program } from '../../support/genesis.js'

export interface GroupWorkerOptions {
  /** From 1: its client.id is `worker-1`, and its id in states `127.0.0.1:1`. */
  readonly number: number
  readonly folder: string
  /** Of the worker file, besides what is each worker's own. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly brokers: readonly string[]
  readonly models: string
  /** Gets every line of its log, JSON each. */
  readonly onLine?: (line: string) => void
}

/** Of the worker file: the topics of a group, named after it. */
export function groupTopics(group: string) {
  return {
    checkpoints: { topic: `${group}-checkpoints` },
    config_storage: { topic: `${group}-configs` },
    status_storage: { topic: `${group}-status` },
  }
}

const keptLines = 40

export class GroupWorker {
  readonly name: string
  /** `host:port` in states. */
  readonly id: string
  readonly #options: GroupWorkerOptions
  readonly #lines: string[] = []
  #log: WriteStream | null = null
  #child: ChildProcess | null = null
  #address = ''
  #isFrozen = false

  constructor(options: GroupWorkerOptions) {
    this.#options = options
    this.name = `worker-${options.number}`
    this.id = `127.0.0.1:${options.number}`
  }

  get runs(): boolean {
    return this.#child !== null
  }

  /** Of the process; undefined: there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Whether it can answer. */
  get answers(): boolean {
    return this.runs && !this.#isFrozen
  }

  /** `http://host:port` of its REST interface. */
  get address(): string {
    return this.#address
  }

  /** What it has logged last. */
  get lastLines(): readonly string[] {
    return this.#lines
  }

  /** Resolves when it listens, which is before it has joined the group. */
  async start(): Promise<void> {
    const { folder, settings, brokers, models, number } = this.#options
    const file = join(folder, `${this.name}.json`)
    const own = {
      kafka: { client_id: this.name, brokers, connect_timeout: '4s', request_timeout: '10s' },
      http: { enabled: true, port: 0, advertised_host: '127.0.0.1', advertised_port: number },
      models: { path: models },
      threads: 1,
    }
    await writeFile(file, JSON.stringify({ ...settings, ...own }))
    const args = [program, 'run', '--worker', file, '--log-level', 'info']
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, GENESIS_LOG_FORMAT: 'json', KAFKA_BROKERS: undefined },
    })
    const end = (): void => void child.kill('SIGKILL')
    process.once('exit', end)
    this.#child = child
    this.#log ??= createWriteStream(join(folder, `${this.name}.log`), { flags: 'a' })
    const listening = new Promise<string>((resolve, reject) => {
      createInterface(child.stderr).on('line', (line) => {
        this.#log?.write(`${line}\n`)
        this.#options.onLine?.(line)
        this.#lines.push(line)
        if (this.#lines.length > keptLines) this.#lines.shift()
        const address = /"address":"([^"]+)"/.exec(line)?.[1]
        if (address !== undefined) resolve(address)
      })
      child.once('exit', (status) => {
        process.off('exit', end)
        if (this.#child === child) this.#child = null
        reject(new Error(`${this.name} ended with ${status}: ${this.#lines.at(-1) ?? 'nothing logged'}`))
      })
    })
    this.#address = await listening
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** SIGTERM; resolves with its exit status. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM')
  }

  /** SIGSTOP: it stands still, with its connections open. */
  freeze(): void {
    this.#isFrozen = true
    this.#child?.kill('SIGSTOP')
  }

  /** SIGCONT. */
  thaw(): void {
    this.#isFrozen = false
    this.#child?.kill('SIGCONT')
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child === null) return null
    const exit = once(child, 'exit') as Promise<[number | null]>
    child.kill(signal)
    if (this.#isFrozen) this.thaw()
    const [status] = await exit
    return status
  }
}
