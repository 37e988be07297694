/** A member of a group in a process of its own, that can be killed and stopped. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export interface FrozenSettings {
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
}

export class Frozen {
  /** What the member was told, in order. */
  readonly told: string[] = []
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message: string) => this.told.push(message))
  }

  /** Resolves when the member has joined. */
  static async start(t: TestContext, groupId: string, settings: FrozenSettings): Promise<Frozen> {
    const path = fileURLToPath(new URL('frozen-member.js', import.meta.url))
    const child = fork(path, [JSON.stringify({ groupId, type: 'genesis-test', name: 'v1', ...settings })])
    t.after(() => child.kill('SIGKILL'))
    const frozen = new Frozen(child)
    await frozen.joinedSince(0)
    return frozen
  }

  /** What it was told since it had been told `count` things, once it has joined again. */
  async joinedSince(count: number): Promise<readonly string[]> {
    while (!this.told.slice(count).includes('joined')) await once(this.#child, 'message')
    return this.told.slice(count)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }
}
