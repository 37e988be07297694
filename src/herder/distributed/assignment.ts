/**
 * Which worker of a group runs which tasks. Sticky: a task stays where it runs unless the loads would differ by more than one;
 * and in two steps (KIP-415): a task that moves is first taken from the worker that runs it, and given to the other one in the
 * next round, so that what does not move never stops. Linear in tasks times members: the leader does it between heartbeats.
 */

export interface AssignmentInput {
  /** All tasks of the group, in one order that every leader takes: those of a connector next to each other. */
  readonly tasks: readonly string[]
  /** By member: the tasks that it runs now. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  /** Tasks that nobody is given yet, unless somebody runs them: their worker may come back. */
  readonly awaited: ReadonlySet<string>
}

export interface Assignment {
  /** By member: the tasks that it is to run. What it runs and does not find here it ends. */
  readonly tasks: ReadonlyMap<string, readonly string[]>
  /** Whether some task is taken from a member for another one: once it has ended, there has to be another round. */
  readonly isPartial: boolean
}

interface Share {
  readonly id: string
  /** What it runs, of all that is wanted. */
  readonly owned: string[]
  readonly given: string[]
  /** How many tasks it may have yet. */
  room: number
  /** By connector: how many of its tasks are given. */
  readonly siblings: Map<string, number>
}

export function assignTasks({ tasks, members, awaited }: AssignmentInput): Assignment {
  const shares = [...members.keys()]
    .sort()
    .map((id): Share => ({ id, owned: [], given: [], room: 0, siblings: new Map() }))
  if (shares.length === 0) return { tasks: new Map(), isPartial: false }
  const runners = runnersOf(shares, members)
  const free: string[] = []
  for (const task of tasks) {
    const runner = runners.get(task)
    if (runner !== undefined) runner.owned.push(task)
    else if (!awaited.has(task)) free.push(task)
  }
  // What is awaited counts for the loads: else tasks would move now, and back later.
  setRoom(shares, tasks.length)
  let moved = 0
  for (const share of shares) {
    for (const task of staying(share.owned, share.room)) give(share, task)
    moved += share.owned.length - share.given.length
  }
  spread(free, shares)
  return { tasks: new Map(shares.map(({ id, given }) => [id, given])), isPartial: moved > 0 }
}

/** Of two that run one task the sink's fencing lets one go on; here it is the first. */
function runnersOf(shares: readonly Share[], members: AssignmentInput['members']): ReadonlyMap<string, Share> {
  const runners = new Map<string, Share>()
  for (const share of shares)
    for (const task of members.get(share.id) ?? []) if (!runners.has(task)) runners.set(task, share)
  return runners
}

/** The workers that run most may have one more than the others: the fewest tasks move. */
function setRoom(shares: readonly Share[], total: number): void {
  const floor = Math.floor(total / shares.length)
  const fullest = [...shares].sort((a, b) => b.owned.length - a.owned.length || (a.id < b.id ? -1 : 1))
  fullest.forEach((share, i) => (share.room = floor + (i < total % shares.length ? 1 : 0)))
}

/** Those that stay of one worker's: of the connectors with most tasks here the most go, so that each is spread over the workers. */
function staying(owned: readonly string[], most: number): readonly string[] {
  if (owned.length <= most) return owned
  const left = byConnector(owned)
  // By how many tasks are left of them: the connectors of the fullest level give one each, and are of the next level then.
  const levels: string[][][] = []
  for (const own of left) (levels[own.length] ??= []).push(own)
  let level = levels.length - 1
  for (let excess = owned.length - most; excess > 0; excess--) {
    while ((levels[level] ?? []).length === 0) level--
    const own = levels[level].pop()!
    own.pop()
    ;(levels[level - 1] ??= []).push(own)
  }
  return left.flat()
}

function give(share: Share, task: string): void {
  const connector = connectorOf(task)
  share.given.push(task)
  share.room--
  share.siblings.set(connector, (share.siblings.get(connector) ?? 0) + 1)
}

/** Gives each task to a worker with room, away from tasks of the same connector, and then to where most room is. */
function spread(free: readonly string[], shares: readonly Share[]): void {
  for (const task of free) {
    const connector = connectorOf(task)
    const siblingsAt = ({ siblings }: Share): number => siblings.get(connector) ?? 0
    const open = shares.filter(({ room }) => room > 0)
    const best = open.reduce((one, other) => {
      const fewer = siblingsAt(other) - siblingsAt(one)
      return fewer < 0 || (fewer === 0 && other.room > one.room) ? other : one
    })
    give(best, task)
  }
}

function byConnector(tasks: readonly string[]): string[][] {
  const all = new Map<string, string[]>()
  for (const task of tasks) {
    const connector = connectorOf(task)
    const own = all.get(connector)
    if (own === undefined) all.set(connector, [task])
    else own.push(task)
  }
  return [...all.values()]
}

function connectorOf(task: string): string {
  return task.slice(0, task.lastIndexOf('#'))
}
