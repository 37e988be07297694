import type { RawConfig } from '../../config/raw-connector.js'
import type { ConnectorOverview, ConnectorView, Herder, TaskStatus } from '../../herder/herder.js'
import type { Failure } from '../../runtime/task-events.js'
import { HttpError } from '../http-error.js'
import type { Job, JobControl, Jobs } from '../jobs.js'
import { configOf, bodyFields, parseTexts, textsOf } from '../json-body.js'
import { jsonReply, type Route } from '../route.js'
import { list, named, object, textSchema, textsSchema, wholeNumber } from '../schemas.js'

/** The result of `genesis verify --json` for one sink. */
export type VerifyResult = { readonly exact: boolean } & object

/** Services that the routes below need in addition to a herder. */
export interface GenesisServices {
  /** The first records of a configuration, as JSON. Throws the configuration's errors. */
  dryRun(name: string, config: RawConfig, records: number): Promise<readonly unknown[]>
  /** Compares what a connector has delivered with its stream: one result per sink. */
  verify(connector: ConnectorView, control: JobControl<VerifyResult>): Promise<void>
  /** The model of a connector, with what `genesis fit` measured. Throws the errors of loading it. */
  model(connector: ConnectorView): Promise<object>
  readonly jobs: Jobs<VerifyResult>
}

const defaultRecords = 10
const maxRecords = 1000

/** Routes that Connect lacks. */
export function genesisRoutes(herder: Herder, services: GenesisServices): readonly Route[] {
  const { jobs } = services
  const jobOf = (id: string): Job<VerifyResult> => {
    const job = jobs.get(id)
    if (job === undefined) throw new HttpError(404, `Job ${id} not found`)
    return job
  }
  return [
    {
      method: 'GET',
      path: '/genesis/connectors',
      group: 'Genesis',
      summary: 'Positions, rates and completion of all connectors',
      answers: { 200: { about: 'By name.', schema: list(named('Progress')) } },
      isLong: true,
      handle: async () => jsonReply((await herder.overview()).map((overview) => progressBody(overview))),
    },
    {
      method: 'GET',
      path: '/genesis/connectors/{name}',
      group: 'Genesis',
      summary: 'Positions, rate and completion of a connector',
      answers: { 200: { about: 'Its progress.', schema: named('Progress') } },
      async handle({ params: { name } }) {
        return jsonReply(progressBody(await herder.overviewOf(name), true))
      },
    },
    {
      method: 'GET',
      path: '/genesis/connectors/{name}/model',
      group: 'Genesis',
      summary: 'The model of a connector: its scores, and real and synthetic shares of values',
      answers: { 200: { about: 'The model.', schema: named('Model') } },
      isLong: true,
      handle: async ({ params: { name } }) => jsonReply(await services.model(await herder.get(name))),
    },
    {
      method: 'GET',
      path: '/genesis/workers',
      group: 'Genesis',
      summary: 'The workers of the group, and the tasks that each of them has',
      answers: { 200: { about: 'By id.', schema: list(named('Worker')) } },
      isLong: true,
      handle: async () => jsonReply(workersBody(await herder.overview(), herder)),
    },
    {
      method: 'POST',
      path: '/genesis/dry-run',
      group: 'Genesis',
      changesNothing: true,
      summary: 'The first records of a configuration, without creating it',
      body: object(
        {
          name: textSchema,
          config: textsSchema,
          records: { ...wholeNumber, maximum: maxRecords, default: defaultRecords },
        },
        ['name', 'records'],
      ),
      answers: {
        200: {
          about: 'The records, by position.',
          schema: object({ records: list({ type: 'object' }) }),
        },
      },
      async handle({ body }) {
        const fields = bodyFields(parseTexts(body), 'name', 'config', 'records')
        if (fields.config === undefined) throw new HttpError(500, 'The body has no config')
        const config = textsOf(configOf(fields.config, 'config'))
        const records = recordsOf(fields.records)
        const name = typeof fields.name === 'string' ? fields.name : (config.name ?? 'dry-run')
        return jsonReply({ records: await services.dryRun(name, { ...config, name }, records) })
      },
    },
    {
      method: 'POST',
      path: '/genesis/connectors/{name}/verify',
      group: 'Genesis',
      summary: 'Start a job that compares what a connector has delivered with its stream',
      answers: { 202: { about: 'The job; Location has its URL.', schema: named('Job') } },
      async handle({ params: { name }, origin }) {
        const connector = await herder.get(name)
        const job = jobs.start(name, (control) => services.verify(connector, control))
        if (job === null) throw new HttpError(429, 'Too many jobs are running; wait for one to finish')
        return { status: 202, body: jobBody(job), headers: { Location: `${origin}/genesis/jobs/${job.id}` } }
      },
    },
    {
      method: 'GET',
      path: '/genesis/jobs',
      group: 'Genesis',
      summary: 'Running jobs, and the most recent finished ones',
      answers: { 200: { about: 'By start time.', schema: list(named('Job')) } },
      handle: () => jsonReply(jobs.list().map(jobBody)),
    },
    {
      method: 'GET',
      path: '/genesis/jobs/{id}',
      group: 'Genesis',
      summary: 'A job with its progress and results',
      answers: { 200: { about: 'The job.', schema: named('Job') } },
      handle: ({ params }) => jsonReply(jobBody(jobOf(params.id))),
    },
    {
      method: 'DELETE',
      path: '/genesis/jobs/{id}',
      group: 'Genesis',
      summary: 'Cancel a job',
      answers: { 202: { about: 'It is being cancelled.' } },
      handle({ params }) {
        jobs.cancel(jobOf(params.id).id)
        return { status: 202 }
      },
    },
  ]
}

function recordsOf(given: unknown): number {
  if (given === undefined) return defaultRecords
  const records = Number(given)
  if (typeof given === 'string' && Number.isSafeInteger(records) && records >= 1 && records <= maxRecords)
    return records
  throw new HttpError(400, `records must be a whole number from 1 to ${maxRecords}`)
}

/** `traces`: with the stacks of errors, which would make a list long. */
function progressBody({ info, status, progress }: ConnectorOverview, traces = false): object {
  const { name, complete, position, endPosition, records, recordsPerSecond, targetRecordsPerSecond, tasks } = progress
  const taskStatus = new Map(status.tasks.map((task) => [task.id, task]))
  const isDue = targetRecordsPerSecond !== null && status.state === 'RUNNING' && !complete
  return {
    name,
    state: status.state,
    worker_id: status.workerId,
    ...(status.failure && { error: errorOf(status.failure, traces) }),
    file: info.file,
    complete,
    position,
    end_position: endPosition,
    records,
    records_per_second: recordsPerSecond,
    target_records_per_second: targetRecordsPerSecond,
    lag_records_per_second: isDue ? Math.max(0, targetRecordsPerSecond - recordsPerSecond) : null,
    tasks: tasks.map((task) => ({
      id: task.id,
      ...stateOf(taskStatus.get(task.id), traces),
      shard: task.shard,
      shards: task.shards,
      sink: task.sink,
      position: task.position,
      complete: task.complete,
      records: task.records,
      bytes: task.bytes,
      errors: task.errors,
      retries: task.retries,
      dropped: task.dropped,
      records_per_second: task.recordsPerSecond,
      as_of: task.asOf,
    })),
  }
}

/** Includes workers without tasks, and workers that are in no group but have tasks, as far as is known. */
function workersBody(
  overviews: readonly ConnectorOverview[],
  { workerId, group }: Pick<Herder, 'workerId' | 'group'>,
): object[] {
  const own = new Map<string, object[]>((group?.workers ?? [workerId]).map((id) => [id, []]))
  for (const { status, progress } of overviews) {
    const rates = new Map(progress.tasks.map(({ id, recordsPerSecond }) => [id, recordsPerSecond]))
    for (const { id, state, workerId: of } of status.tasks) {
      if (of === '' || state === 'UNASSIGNED') continue
      const task = { connector: status.name, id, state, records_per_second: rates.get(id) ?? 0 }
      const known = own.get(of)
      if (known === undefined) own.set(of, [task])
      else known.push(task)
    }
  }
  return [...own].map(([id, tasks]) => ({ worker_id: id, tasks })).sort((a, b) => (a.worker_id < b.worker_id ? -1 : 1))
}

function stateOf(status: TaskStatus | undefined, traces: boolean): object {
  if (status === undefined) return { state: 'UNASSIGNED', worker_id: '' }
  const { state, workerId, failure } = status
  return { state, worker_id: workerId, ...(failure && { error: errorOf(failure, traces) }) }
}

function errorOf({ code, message, trace }: Failure, traces: boolean): object {
  return { code, message, ...(traces && { trace }) }
}

function jobBody({ id, connector, state, started, ended, progress, results, failure }: Job<VerifyResult>): object {
  return {
    id,
    connector,
    state,
    started,
    ended,
    progress,
    exact: state === 'done' ? results.every(({ exact }) => exact) : null,
    reports: results,
    ...(failure && { error: { code: failure.code, message: failure.message } }),
  }
}
