import { dependencyOf } from '../../delivery/dependencies.js'
import type { GroupTrouble, Herder } from '../../herder/herder.js'
import { PrometheusText } from '../../metrics/prometheus.js'
import { metricSource, type MeasuredWorker } from '../../metrics/source.js'
import { connectVersion } from '../plugins.js'
import { readinessOf } from '../readiness.js'
import { jsonReply, type Route } from '../route.js'
import { nullable, object, textSchema } from '../schemas.js'

/** Information about a worker. */
export interface WorkerView extends MeasuredWorker {
  readonly phase: Herder['phase']
}

export interface AboutWorker {
  /** This program's version. */
  readonly version: string
  /** Id of the Kafka cluster; null: unknown, or no cluster. */
  readonly clusterId: () => Promise<string | null>
  /** Whether it serves the web page under /ui/. */
  readonly ui: boolean
}

/** The worker itself: version and health. */
export function workerRoutes(
  view: WorkerView,
  herder: Pick<Herder, 'asOf' | 'group' | 'trouble'>,
  { version, clusterId, ui }: AboutWorker,
): readonly Route[] {
  const metrics = new PrometheusText(() => metricSource(view, herder, version))
  const redirect: Route['answers'] = ui ? { 302: { about: 'For browsers: the web page.' } } : {}
  const health = object({ status: textSchema, message: textSchema })
  return [
    {
      method: 'GET',
      path: '/',
      group: 'Connect',
      summary: 'Versions, and the id of the Kafka cluster',
      answers: {
        200: {
          about: 'version: the Kafka Connect version whose API this is.',
          schema: object({
            version: textSchema,
            commit: textSchema,
            kafka_cluster_id: nullable(textSchema),
            genesis_version: textSchema,
          }),
        },
        ...redirect,
      },
      ...(ui && { pageUrl: 'ui/' }),
      handle: async () =>
        // Clients take this for Connect's version, and refuse calls that it did not have.
        jsonReply({
          version: connectVersion,
          commit: `genesis-connect-${version}`,
          kafka_cluster_id: await clusterId(),
          genesis_version: version,
        }),
    },
    {
      method: 'GET',
      path: '/health',
      group: 'Connect',
      isPublic: true,
      isUnlimited: true,
      summary: 'Health of the worker (KIP-1017)',
      answers: {
        200: { about: 'Running, or waiting for Kafka before it can start.', schema: health },
        503: { about: 'Starting.' },
      },
      // Liveness: a response proves that the event loop is not stuck. Failed tasks are no reason to restart the
      // process, nor is an outage, which a restart would only prolong until the process is up again.
      handle({ role }) {
        if (view.phase !== 'starting') return jsonReply({ status: 'healthy', message: 'the worker is running' })
        const { trouble } = herder
        if (trouble === null) return jsonReply({ status: 'starting', message: 'the worker is starting' }, 503)
        return jsonReply({ status: 'waiting', message: waitingMessage(trouble, role !== null) })
      },
    },
    {
      method: 'GET',
      path: '/ready',
      group: 'Worker',
      isPublic: true,
      summary: 'Whether all tasks are running, and what they are waiting for',
      answers: { 200: { about: 'Ready.' }, 503: { about: 'Not yet, or stopping.' } },
      handle({ role }) {
        const readiness = readinessOf(view.phase, herder, view.status())
        const { ready, phase } = readiness
        // Names of connectors and brokers are not for everyone who can connect.
        return jsonReply(role === null ? { ready, phase } : readiness, ready ? 200 : 503)
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      group: 'Worker',
      summary: 'Metrics in the Prometheus text format',
      answers: { 200: { about: 'The metrics.', type: 'text/plain' } },
      isOpen: true,
      isLong: true,
      handle: async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }),
    },
  ]
}

/** `isTold`: whether the caller may know the names of brokers and topics. */
function waitingMessage({ failure, since }: GroupTrouble, isTold: boolean): string {
  const dependency = dependencyOf(failure.code)
  const what = `the worker is starting, and has been waiting${dependency === null ? '' : ` for ${dependency}`} since ${new Date(since).toISOString()}`
  return isTold ? `${what}: ${failure.message} (${failure.code})` : what
}
