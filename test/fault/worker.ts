/** A worker as a process of its own, to be stopped and killed: `node worker.js '<FlowOptions as JSON>'`. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TaskEnd } from '#src/runtime/task-events.js'
import { Flow } from './flow.js'
import type { FlowOptions } from './flow.js'

const file = fileURLToPath(import.meta.url)

/** A worker process, seen from outside. */
export class WorkerProcess {
  /** How its task ended; null if the process was killed. */
  readonly ended: Promise<TaskEnd | null>
  readonly #child: ChildProcess

  constructor(options: FlowOptions) {
    this.#child = fork(file, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.ended = new Promise((resolve) => {
      this.#child.on('message', (message: TaskEnd | 'flowing') => {
        if (message !== 'flowing') resolve(message)
      })
      this.#child.once('exit', () => resolve(null))
    })
  }

  /** Resolves when its first records are delivered. */
  async flows(): Promise<void> {
    await once(this.#child, 'message')
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
  }
}

if (process.argv[1] === file) {
  const flow = new Flow(JSON.parse(process.argv[2]) as FlowOptions)
  flow.flows().then(
    () => process.send?.('flowing'),
    () => {},
  )
  const end = await flow.ended
  process.send?.(end, () => process.exit())
}
