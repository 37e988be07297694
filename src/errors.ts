/**
 * The table of errors. `docs/errors.md` lists exactly these rows (a test compares them).
 *
 * `retriable`: the same call may succeed later by itself. `http`: the status of the REST response.
 * `exit`: the process exit status of a command that ends with it (see docs/cli.md):
 * 1 the work failed, 2 the user's input is wrong.
 */
export const errorTable = {
  // config and command line
  CONFIG_INVALID: { retriable: false, http: 400, exit: 2, about: 'a configuration file has errors' },
  CONFIG_UNREADABLE: { retriable: false, http: 400, exit: 2, about: 'a configuration file cannot be read or parsed' },
  SECRET_UNRESOLVED: {
    retriable: false,
    http: 400,
    exit: 2,
    about: 'a ${env:…} or ${file:…} placeholder has no value',
  },
  CONNECTOR_DUPLICATE: { retriable: false, http: 409, exit: 2, about: 'two connectors have the same name' },
  USAGE: { retriable: false, http: 400, exit: 2, about: 'a command line is wrong' },
  OPTION_INVALID: { retriable: false, http: 400, exit: 2, about: 'an option of the library is unknown or wrong' },
  // model
  MODEL_UNREADABLE: { retriable: false, http: 400, exit: 2, about: 'a model file cannot be read or is not JSON' },
  MODEL_INVALID: { retriable: false, http: 400, exit: 2, about: 'a model file is truncated or inconsistent' },
  MODEL_TOO_NEW: {
    retriable: false,
    http: 400,
    exit: 2,
    about: 'a model file has a newer format than this version reads',
  },
  CONDITION_INVALID: {
    retriable: false,
    http: 400,
    exit: 2,
    about: 'a condition names an unknown column, operator or type',
  },
  CONDITION_UNSATISFIABLE: {
    retriable: false,
    http: 400,
    exit: 2,
    about: 'no record of the model can satisfy the conditions',
  },
  TABLE_INVALID: { retriable: false, http: 400, exit: 2, about: 'a training table cannot be parsed as a table' },
  // encoding
  SCHEMA_INVALID: { retriable: false, http: 400, exit: 2, about: 'a schema cannot be read or parsed' },
  SCHEMA_MISMATCH: { retriable: false, http: 400, exit: 2, about: 'a schema does not match the model' },
  REGISTRY_UNREACHABLE: { retriable: true, http: 503, exit: 1, about: 'the schema registry does not answer' },
  REGISTRY_REJECTED: { retriable: false, http: 400, exit: 1, about: 'the schema registry refuses the request' },
  SCHEMA_INCOMPATIBLE: { retriable: false, http: 409, exit: 1, about: 'the subject has an incompatible schema' },
  SUBJECT_MISSING: {
    retriable: false,
    http: 404,
    exit: 1,
    about: 'the subject has no schema and auto_register is off',
  },
  SCHEMA_ID_CHANGED: {
    retriable: true,
    http: 503,
    exit: 1,
    about: 'a schema id in use stands for another schema, or for none',
  },
  // kafka
  KAFKA_UNREACHABLE: { retriable: true, http: 503, exit: 1, about: 'no broker answers' },
  KAFKA_TIMEOUT: { retriable: true, http: 503, exit: 1, about: 'a broker did not answer in time' },
  KAFKA_RETRIABLE: { retriable: true, http: 503, exit: 1, about: 'a broker returned a temporary error' },
  KAFKA_AUTHENTICATION: { retriable: false, http: 401, exit: 1, about: 'a broker refuses the credentials' },
  KAFKA_AUTHORIZATION: { retriable: false, http: 403, exit: 1, about: 'a broker denies the operation' },
  KAFKA_FENCED: { retriable: false, http: 409, exit: 1, about: 'another worker has taken over the shard' },
  KAFKA_TRANSACTION_ABORTED: {
    retriable: true,
    http: 503,
    exit: 1,
    about: 'a transaction ended with an unknown or negative outcome',
  },
  KAFKA_REJECTED: { retriable: false, http: 400, exit: 1, about: 'a broker refuses the request' },
  RECORD_TOO_LARGE: { retriable: false, http: 400, exit: 1, about: 'a record is larger than the topic allows' },
  TOPIC_MISSING: { retriable: false, http: 404, exit: 1, about: 'the topic does not exist and topic_creation is off' },
  TOPIC_UNFIT: {
    retriable: false,
    http: 409,
    exit: 1,
    about: 'the topic does not match the connector, or is internal',
  },
  // delivery
  CHECKPOINT_INVALID: {
    retriable: false,
    http: 409,
    exit: 1,
    about: 'a checkpoint is missing, corrupt or made by another stream',
  },
  SINK_FAILED: { retriable: true, http: 500, exit: 1, about: 'a sink failed to accept records' },
  BUFFER_FULL: {
    retriable: false,
    http: 503,
    exit: 1,
    about: 'the buffer is full, and onBufferFull is error',
  },
  WEBSOCKET_UNREACHABLE: {
    retriable: true,
    http: 503,
    exit: 1,
    about: 'a WebSocket server does not respond, or its connection broke',
  },
  WEBSOCKET_TIMEOUT: { retriable: true, http: 503, exit: 1, about: 'a WebSocket server did not acknowledge in time' },
  WEBSOCKET_REFUSED: {
    retriable: false,
    http: 400,
    exit: 1,
    about: 'a WebSocket server refuses the connection or the records',
  },
  DISK_FULL: { retriable: true, http: 507, exit: 1, about: 'no space left for a file' },
  // service
  CONNECTOR_NOT_FOUND: { retriable: false, http: 404, exit: 2, about: 'there is no connector with this name' },
  CONNECTOR_EXISTS: { retriable: false, http: 409, exit: 2, about: 'a connector with this name already exists' },
  CONNECTOR_READ_ONLY: {
    retriable: false,
    http: 409,
    exit: 2,
    about: 'a connector from a file can only be changed there',
  },
  CONNECTOR_STOPPED: { retriable: false, http: 409, exit: 2, about: 'a stopped connector has no tasks to restart' },
  CONNECTOR_NOT_STOPPED: {
    retriable: false,
    http: 400,
    exit: 2,
    about: 'offsets can only be changed while the connector is STOPPED',
  },
  TASK_NOT_FOUND: { retriable: false, http: 404, exit: 2, about: 'the connector has no task with this id' },
  OFFSET_INVALID: { retriable: false, http: 500, exit: 2, about: 'an offset does not match the connector' },
  HERDER_STOPPING: { retriable: true, http: 503, exit: 1, about: 'the worker is stopping' },
  TELEMETRY_UNREACHABLE: {
    retriable: true,
    http: 503,
    exit: 1,
    about: 'an OpenTelemetry collector does not take metrics or traces; everything else goes on',
  },
  // everything else
  THREAD_LOST: { retriable: true, http: 500, exit: 1, about: 'a worker thread ended, and its tasks with it' },
  INTERNAL: { retriable: false, http: 500, exit: 1, about: 'a bug in this program' },
} as const satisfies Record<string, { retriable: boolean; http: number; exit: 1 | 2; about: string }>

export type ErrorCode = keyof typeof errorTable

/** The parts of a message, all optional. None ever contains a secret. */
export interface ErrorDetails {
  /** Where: file, path in it, column, position, topic, partition, offset. */
  readonly place?: string
  readonly found?: string
  readonly expected?: string
  readonly remedy?: string
  readonly cause?: unknown
  /** Several errors of one kind, each complete on its own (all errors of a file at once). */
  readonly all?: readonly GenesisError[]
}

/** The only error shown to users. Its message is one complete line; `details` has the parts. */
export class GenesisError extends Error {
  override readonly name: string = 'GenesisError'
  readonly code: ErrorCode
  /** The message without its details. */
  readonly what: string
  readonly details: ErrorDetails

  /** `what`: what happened, without the details, which the message adds. */
  constructor(code: ErrorCode, what: string, details: ErrorDetails = {}) {
    super(sentence(what, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.what = what
    this.details = details
  }

  get retriable(): boolean {
    return errorTable[this.code].retriable
  }
}

function sentence(what: string, { place, found, expected, remedy }: ErrorDetails): string {
  let text = place === undefined ? what : `${place}: ${what}`
  if (found !== undefined) text += `; found ${found}`
  if (expected !== undefined) text += `; expected ${expected}`
  if (remedy !== undefined) text += `. ${remedy}`
  return text
}

/** Anything thrown as a GenesisError; foreign errors become INTERNAL, with their cause kept. */
export function asGenesisError(thrown: unknown): GenesisError {
  if (thrown instanceof GenesisError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GenesisError('INTERNAL', message, { cause: thrown })
}

/** The errors in anything thrown: those that a GenesisError contains, or itself. */
export function errorsIn(thrown: unknown): readonly GenesisError[] {
  const error = asGenesisError(thrown)
  return error.details.all ?? [error]
}
