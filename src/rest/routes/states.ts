import type { Herder } from '../../herder/herder.js'
import { statusBody, taskBody, taskStatusBody } from '../connect-json.js'
import { queryFlag, jsonReply, taskId, type Route } from '../route.js'
import { list, named, object, textSchema } from '../schemas.js'

/** States of connectors, and requests to change them. */
export function stateRoutes(herder: Herder, version: string): readonly Route[] {
  const target = (path: string, summary: string, status: 202 | 204, ask: (name: string) => Promise<void>): Route => ({
    method: 'PUT',
    path: `/connectors/{name}/${path}`,
    group: 'Connect',
    summary,
    answers: { [status]: { about: 'Accepted; the status shows when it is done.' } },
    async handle({ params }) {
      await ask(params.name)
      return { status }
    },
  })
  return [
    {
      method: 'GET',
      path: '/connectors/{name}/status',
      group: 'Connect',
      summary: 'States of a connector and its tasks',
      answers: { 200: { about: 'The states.', schema: named('ConnectorStatus') } },
      handle: async ({ params }) => jsonReply(statusBody(await herder.status(params.name), version)),
    },
    target('pause', 'Stop the tasks after their open transactions; positions are kept', 202, (name) =>
      herder.pause(name),
    ),
    target('resume', 'Resume at the same position', 202, (name) => herder.resume(name)),
    target('stop', 'Pause and remove the tasks, so that offsets can be changed', 204, (name) => herder.stop(name)),
    {
      method: 'POST',
      path: '/connectors/{name}/restart',
      group: 'Connect',
      summary: 'Restart a connector, and with includeTasks its tasks (KIP-745)',
      query: {
        includeTasks: { about: 'The tasks too.', schema: { type: 'boolean', default: false } },
        onlyFailed: { about: 'Only FAILED ones.', schema: { type: 'boolean', default: false } },
      },
      answers: {
        202: {
          about: 'With one of the parameters: the states; restarting ones are RESTARTING.',
          schema: named('ConnectorStatus'),
        },
        204: { about: 'Only the connector was restarted.' },
      },
      async handle({ params, query }) {
        const options = { includeTasks: queryFlag(query, 'includeTasks'), onlyFailed: queryFlag(query, 'onlyFailed') }
        const status = await herder.restart(params.name, options)
        return options.includeTasks || options.onlyFailed
          ? jsonReply(statusBody(status, version), 202)
          : { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/connectors/{name}/tasks',
      group: 'Connect',
      summary: 'Tasks of a connector, with their configurations',
      answers: {
        200: {
          about: 'The tasks; none while STOPPED.',
          schema: list(
            object({ id: object({ connector: textSchema, task: { type: 'integer' } }), config: { type: 'object' } }),
          ),
        },
      },
      async handle({ params, role }) {
        const tasks = await herder.tasks(params.name)
        return jsonReply(tasks.map((task) => taskBody(params.name, task, role)))
      },
    },
    {
      method: 'GET',
      path: '/connectors/{name}/tasks/{task}/status',
      group: 'Connect',
      summary: 'State of a task',
      answers: { 200: { about: 'The state.', schema: named('TaskStatus') } },
      handle: async ({ params }) =>
        jsonReply(taskStatusBody(await herder.taskStatus(params.name, taskId(params.task)), version)),
    },
    {
      method: 'POST',
      path: '/connectors/{name}/tasks/{task}/restart',
      group: 'Connect',
      summary: 'Restart a task',
      answers: { 204: { about: 'Restarting.' } },
      async handle({ params }) {
        await herder.restartTask(params.name, taskId(params.task))
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/connectors/{name}/topics',
      group: 'Connect',
      summary: 'Topics that a connector has sent to since the last reset (KIP-558)',
      answers: {
        200: { about: 'A map with the one name; an unknown name has no topics.', schema: { type: 'object' } },
      },
      handle: async ({ params: { name } }) =>
        jsonReply(Object.fromEntries([[name, { topics: await herder.topics(name) }]])),
    },
    {
      method: 'PUT',
      path: '/connectors/{name}/topics/reset',
      group: 'Connect',
      summary: 'Reset the topics that a connector has sent to',
      answers: { 202: { about: 'Forgotten.' } },
      async handle({ params }) {
        await herder.resetTopics(params.name)
        return { status: 202 }
      },
    },
  ]
}
