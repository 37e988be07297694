import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { fileSecret, secret, secretName, tooLarge, wildRequests, type WildRequest } from './rest-requests.js'
import type { startRestGroup, RestPlace } from './rest-worker.js'

/** In the file outside of the worker's folders. */
const marker = 'Qz9-of-the-file-outside'
const perRun = 20

/** Sends so many requests to one worker, or a group, and looks after each at what it has answered and what it has left behind. */
export async function fuzzRest(t: TestContext, requests: number, start: typeof startRestGroup): Promise<void> {
  process.env[secretName] = secret
  t.after(() => delete process.env[secretName])
  const rest = await start(t, { [secretName]: secret })
  const outside = join(rest.folder, 'outside.json')
  await writeFile(outside, `{"format":"${marker}"}\n${marker}=${marker}\n`)
  await writeFile(join(rest.folder, 'secrets/allowed.properties'), `password=${fileSecret}\n`)
  await fc.assert(
    fc.asyncProperty(
      fc.array(wildRequests(outside), { minLength: 1, maxLength: 2 * perRun, size: 'max' }),
      async (all: readonly WildRequest[]) => {
        for (const request of all) await checkOne(rest, request)
        await checkWhole(rest)
        for (const name of await namesOf(rest)) await rest.herder.delete(name)
      },
    ),
    { numRuns: Math.ceil(requests / perRun), endOnFailure: false },
  )
}

async function checkOne(rest: RestPlace, request: WildRequest): Promise<void> {
  const before = new Set(await namesOf(rest))
  const known = rest.defects.length
  const payload = request.payload === tooLarge ? `"${'x'.repeat(1_100_000)}"` : request.payload
  const answer = await rest.server.inject({ ...request, payload } as InjectOptions)
  const { statusCode, body, headers } = answer
  assert.ok(statusCode >= 200 && statusCode < 600, `status ${statusCode}`)
  assert.deepEqual(rest.defects.slice(known), [], 'no request makes a defect')
  if (statusCode >= 400) {
    if (request.method !== 'HEAD' && !isWorkersOwn(request.url)) {
      const { error_code: code, message, ...more } = JSON.parse(body) as Record<string, unknown>
      assert.deepEqual([code, typeof message, more], [statusCode, 'string', {}])
      assert.match(String(headers['content-type']), /^application\/json/)
    }
    const added = (await namesOf(rest)).filter((name) => !before.has(name))
    assert.deepEqual(added, [], 'what was refused is not there')
  }
  for (const hidden of [secret, fileSecret, marker, 'root:x:0:0']) {
    assert.ok(!body.includes(hidden), `an answer has "${hidden}" in it: ${body.slice(0, 500)}`)
  }
  assert.equal(({} as { isAdmin?: unknown }).isAdmin, undefined)
}

/** /health and /ready are no errors in Connect's form where they say 503. */
function isWorkersOwn(url: string): boolean {
  return url === '/ready' || url === '/health'
}

/** Every connector that is there can be seen, whole, and taken away. */
async function checkWhole({ server }: RestPlace): Promise<void> {
  const all = (await server.inject('/connectors?expand=info&expand=status')).json<
    Record<string, { info: { name: string; config: { name: string } }; status: { name: string } }>
  >()
  for (const [name, { info, status }] of Object.entries(all)) {
    assert.deepEqual([info.name, info.config.name, status.name], [name, name, name])
    const answer = await server.inject(`/connectors/${encodeURIComponent(name)}/config`)
    assert.deepEqual(answer.json(), info.config)
  }
}

async function namesOf({ herder }: RestPlace): Promise<string[]> {
  return (await herder.list()).map(({ info }) => info.name)
}
