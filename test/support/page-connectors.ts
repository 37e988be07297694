import type { Connector, Task } from '#src/page/shapes.js'

export function pageTask(given: Partial<Task> = {}): Task {
  const counters = { records: 0, bytes: 0, errors: 0, retries: 0, dropped: 0, records_per_second: 0 }
  const where = { shard: 0, shards: 1, sink: null, position: 0, complete: false }
  return { id: 0, state: 'RUNNING', worker_id: 'a:8083', ...where, ...counters, ...given }
}

/** A running connector, as the page reads it. */
export function pageConnector(name: string, given: Partial<Connector> = {}): Connector {
  return {
    ...{ name, state: 'RUNNING', worker_id: 'a:8083', file: null, complete: false, position: 0, end_position: null },
    ...{ records: 0, records_per_second: 0, target_records_per_second: null, lag_records_per_second: null },
    tasks: [pageTask()],
    ...given,
  }
}
