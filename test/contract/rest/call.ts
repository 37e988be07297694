/** Calls that are sent both to Apache Kafka Connect and to a worker of ours, and how their answers are compared. */

/** What differs between the two before anything is compared: the connectors that they have. */
export interface Side {
  /** Base address of the REST interface. */
  readonly url: string
  /** Class of the connector that the calls create. */
  readonly connectorClass: string
  /** What a configuration of that class needs beside class, tasks and topic. */
  readonly own: Readonly<Record<string, string>>
  readonly topic: string
  /** A source partition of the connector that the calls create, and an offset of it. */
  readonly partition: Readonly<Record<string, unknown>>
  readonly offset: Readonly<Record<string, unknown>>
  /** A partition and an offset that it refuses. */
  readonly wrongPartition: Readonly<Record<string, unknown>>
  readonly wrongOffset: Readonly<Record<string, unknown>>
  /** A logger that is there. */
  readonly logger: string
}

export interface Call {
  /** Names the call among those of its scenario. */
  readonly does: string
  readonly method: string
  /** With the query; as it goes over the wire. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown
  /** Sent again until this holds: both sides need a moment until what was asked for has happened. */
  readonly until?: (answer: Answer) => boolean
  /**
   * How much of the body is compared. Absent: its values. `types`: what kinds of values it has. `fields`: which fields its
   * objects have. `entries`: the same, of a map whose keys are data.
   */
  readonly shape?: 'types' | 'fields' | 'entries'
  /** Our answer where it is another one on purpose, and why. */
  readonly differs?: Difference
}

export interface Difference {
  readonly why: string
  readonly answer: Partial<Answer>
  /** Connect answers now like this, now like that. */
  readonly sometimes?: true
}

/** What is compared of an answer. */
export interface Answer {
  readonly status: number
  /** Media type without parameters; null: none. */
  readonly type: string | null
  /** Path of the Location header. */
  readonly location?: string
  readonly allow?: string
  /** JSON as `normalize` leaves it, other text as it is; absent: empty. */
  readonly body?: unknown
}

export interface Scenario {
  readonly name: string
  readonly calls: (side: Side) => readonly Call[]
}

/** A configuration as a user sends it. */
export function configOf(side: Side, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { 'connector.class': side.connectorClass, 'tasks.max': '1', topic: side.topic, ...side.own, ...more }
}

/** `state` of the connector and of each of its tasks in a status. */
export function isIn(state: string, tasks = 1): (answer: Answer) => boolean {
  return ({ status, body }) => {
    if (status !== 200) return false
    const { connector, tasks: all } = body as { connector: { state: string }; tasks: { state: string }[] }
    return connector.state === state && all.length === tasks && all.every((task) => task.state === state)
  }
}

/** PAUSED, with whatever tasks it has. */
export function isPaused({ status, body }: Answer): boolean {
  if (status !== 200) return false
  const { connector, tasks } = body as { connector: { state: string }; tasks: { state: string }[] }
  return connector.state === 'PAUSED' && tasks.every(({ state }) => state === 'PAUSED')
}

/** The status of a connector that is PAUSED and has never run. */
export const pausedWithTasks: Difference = {
  why: 'Whether a paused connector of Connect has tasks depends on its past; ours always has those that it goes on with.',
  answer: {
    body: {
      connector: { state: 'PAUSED', version: '<string>', worker_id: '<string>' },
      name: 'c',
      tasks: [{ id: 0, state: 'PAUSED', version: '<string>', worker_id: '<string>' }],
      type: 'source',
    },
  },
}

export function hasStatus(status: number): (answer: Answer) => boolean {
  return (answer) => answer.status === status
}
