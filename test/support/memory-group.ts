import type { Membership } from '#src/herder/distributed/group-member.js'
import type { GroupHandlers } from '#src/kafka/group-membership.js'
import { GenesisError } from '#src/errors.js'

/** A group without a broker: every change is a round of all of its members. */
export class MemoryGroup {
  readonly #members = new Map<string, GroupHandlers>()
  #generation = 0
  #count = 0
  #due = false
  #round: Promise<void> = Promise.resolve()

  /** As a coordinator forgets a group that was empty for a while: generations begin at 1 again. */
  forget(): void {
    this.#generation = 0
  }

  membership(handlers: GroupHandlers): Membership & { lose(): void; return(): void } {
    const id = `member-${this.#count++}`
    return {
      start: () => this.#add(id, handlers),
      rejoin: () => this.#changed(),
      leave: async () => {
        this.#members.delete(id)
        this.#changed()
        await this.#round
      },
      /** Its session ends, as if the process were gone; it is not told. */
      lose: () => {
        this.#members.delete(id)
        this.#changed()
      },
      /** It comes back after that, and is told. */
      return: () => {
        handlers.lost(new GenesisError('KAFKA_TIMEOUT', 'the group session has expired'))
        this.#add(id, handlers)
      },
    }
  }

  #add(id: string, handlers: GroupHandlers): void {
    this.#members.set(id, handlers)
    this.#changed()
  }

  #changed(): void {
    if (this.#due) return
    this.#due = true
    this.#round = this.#round.then(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      this.#due = false
      const [leaderId] = this.#members.keys()
      const leader = this.#members.get(leaderId)
      if (leader === undefined) return
      const generation = ++this.#generation
      const members = new Map([...this.#members].map(([id, handlers]) => [id, handlers.metadata()]))
      const assignments = await leader.assign(members, generation, leaderId)
      for (const [id, handlers] of [...this.#members]) {
        const assignment = assignments.get(id)
        if (assignment !== undefined) handlers.joined({ generation, memberId: id, leaderId, assignment })
      }
    })
  }
}
