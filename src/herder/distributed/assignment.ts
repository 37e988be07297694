/**
 * Assigns tasks to the workers of a group. Sticky: a task stays where it runs unless loads would differ by more than
 * one. Incremental (KIP-415): a task that moves is first revoked from its worker, and assigned to the other in the
 * next round, so that tasks that do not move never stop. Linear in tasks times members: the leader computes it between
 * heartbeats.
 */

export interface AssignmentInput {
  /** All tasks of the group, in the same order for every leader: those of a connector are adjacent. */
  readonly tasks: readonly string[]
  /** By member: the tasks it runs now. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  /** Tasks not to be assigned yet unless someone runs them: their worker may return. */
  readonly awaited: ReadonlySet<string>
}

export interface Assignment {
  /** By member: the tasks it is to run. It stops any that are not listed here. */
  readonly tasks: ReadonlyMap<string, readonly string[]>
  /** Whether a task was revoked from one member for another: once it has stopped, another round is needed. */
  readonly isPartial: boolean
}

interface Share {
  readonly id: string
  /** Of the wanted tasks, those it runs. */
  readonly owned: string[]
  readonly given: string[]
  /** How many more tasks it may have. */
  room: number
  /** By connector: the number of its tasks assigned. */
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
  // Delayed tasks count towards the loads: otherwise tasks would move now, and back later.
  setRoom(shares, tasks.length)
  let moved = 0
  for (const share of shares) {
    for (const task of staying(share.owned, share.room)) give(share, task)
    moved += share.owned.length - share.given.length
  }
  spread(free, shares)
  return { tasks: new Map(shares.map(({ id, given }) => [id, given])), isPartial: moved > 0 }
}

/** If two workers run one task, the sink's fencing lets one continue; here it is the first. */
function runnersOf(shares: readonly Share[], members: AssignmentInput['members']): ReadonlyMap<string, Share> {
  const runners = new Map<string, Share>()
  for (const share of shares)
    for (const task of members.get(share.id) ?? []) if (!runners.has(task)) runners.set(task, share)
  return runners
}

/** The most loaded workers may have one more than the others, which moves the fewest tasks. */
function setRoom(shares: readonly Share[], total: number): void {
  const floor = Math.floor(total / shares.length)
  const fullest = [...shares].sort((a, b) => b.owned.length - a.owned.length || (a.id < b.id ? -1 : 1))
  fullest.forEach((share, i) => (share.room = floor + (i < total % shares.length ? 1 : 0)))
}

/**
 * The tasks a worker keeps: most are taken from the connectors with most tasks on it, so that each connector is spread
 * over the workers.
 */
function staying(owned: readonly string[], most: number): readonly string[] {
  if (owned.length <= most) return owned
  const left = byConnector(owned)
  // By number of tasks left: each connector of the highest level gives up one, and joins the next level.
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

/**
 * Assigns each task to a worker with room, preferring those without tasks of the same connector, then those with most
 * room.
 */
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
