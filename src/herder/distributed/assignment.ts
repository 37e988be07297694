/**
 * Which worker of a group runs which tasks. Sticky: a task stays where it runs unless the loads would differ by more than one;
 * and in two steps (KIP-415): a task that moves is first taken from the worker that runs it, and given to the other one in the
 * next round, so that what does not move never stops.
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

export function assignTasks({ tasks, members, awaited }: AssignmentInput): Assignment {
  const ids = [...members.keys()].sort()
  const given = new Map<string, string[]>(ids.map((id) => [id, []]))
  if (ids.length === 0) return { tasks: given, isPartial: false }
  const all = new Set(tasks)
  const kept = new Map<string, string[]>(ids.map((id) => [id, []]))
  const owned = new Set<string>()
  for (const id of ids) {
    for (const task of [...(members.get(id) ?? [])].filter((one) => all.has(one)).sort()) {
      // Of two that run one task the sink's fencing lets one go on; here it is the first.
      if (owned.has(task)) continue
      owned.add(task)
      kept.get(id)?.push(task)
    }
  }
  const free = tasks.filter((task) => !owned.has(task) && !awaited.has(task))
  // What is awaited counts for the loads: else tasks would move now, and back later.
  const total = tasks.length
  const floor = Math.floor(total / ids.length)
  // The workers that run most may have one more than the others: the fewest tasks move.
  const byLoad = [...ids].sort((a, b) => (kept.get(b)?.length ?? 0) - (kept.get(a)?.length ?? 0) || (a < b ? -1 : 1))
  const room = new Map(byLoad.map((id, index) => [id, floor + (index < total % ids.length ? 1 : 0)]))
  const siblings = new Map<string, number>()
  const give = (id: string, task: string): void => {
    given.get(id)?.push(task)
    room.set(id, (room.get(id) ?? 0) - 1)
    const key = `${id} ${connectorOf(task)}`
    siblings.set(key, (siblings.get(key) ?? 0) + 1)
  }
  let moved = 0
  for (const id of ids) {
    const own = kept.get(id) ?? []
    const staying = spread(own, room.get(id) ?? 0)
    for (const task of staying) give(id, task)
    moved += own.length - staying.length
  }
  for (const task of free) {
    // Where there is room, away from tasks of the same connector.
    const cost = (id: string): number => siblings.get(`${id} ${connectorOf(task)}`) ?? 0
    const open = ids.filter((id) => (room.get(id) ?? 0) > 0)
    const best = (open.length > 0 ? open : ids).reduce((one, other) =>
      cost(other) - cost(one) < 0 || (cost(other) === cost(one) && (room.get(other) ?? 0) > (room.get(one) ?? 0))
        ? other
        : one,
    )
    give(best, task)
  }
  return { tasks: given, isPartial: moved > 0 }
}

/** Those that stay of one worker's: of connectors with many tasks here the most go, so that each is spread over the workers. */
function spread(own: readonly string[], most: number): string[] {
  const groups = new Map<string, string[]>()
  for (const task of own) {
    const group = groups.get(connectorOf(task))
    if (group === undefined) groups.set(connectorOf(task), [task])
    else group.push(task)
  }
  const gone = new Set<string>()
  while (own.length - gone.size > most) {
    let largest: string[] = []
    for (const group of groups.values()) if (group.length >= largest.length) largest = group
    const task = largest.pop()
    if (task !== undefined) gone.add(task)
  }
  return own.filter((task) => !gone.has(task))
}

/** The part of a task's key that the tasks of one delivery have in common. */
function connectorOf(task: string): string {
  return task.slice(0, task.lastIndexOf('#'))
}
