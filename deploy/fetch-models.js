/**
 * Downloads models into a folder and checks their SHA-256: `node deploy/fetch-models.js LIST.json FOLDER`, where LIST.json is
 * `[{ "file": "shop.json", "url": "https://…", "sha256": "…" }]`. For a pod's init container, since a ConfigMap holds 1 MiB.
 * The environment variable GENESIS_FETCH_AUTHORIZATION is sent as the header Authorization. Plain JavaScript: the image runs it as it is.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

/** @typedef {{ readonly file: string, readonly url: string, readonly sha256: string }} Model */

/**
 * @typedef {object} FetchOptions
 * @property {string} [authorization] value of the header Authorization
 * @property {number} [maxAttempts] default 6
 * @property {number} [backoffMs] wait before the second attempt, doubled before each further one; default 1,000
 * @property {(line: string) => void} [say] told what is done
 */

const attemptMs = 600_000

/** What another attempt cannot change. */
class FinalError extends Error {}

/**
 * Puts every model of the list into the folder, complete and checked, or not at all. One that is there already is not downloaded again.
 * @param {readonly Model[]} models
 * @param {string} folder
 * @param {FetchOptions} [options]
 * @throws Error where one cannot be had, with the place and the reason
 */
export async function fetchModels(models, folder, options = {}) {
  checkList(models)
  for (const model of models) await fetchModel(model, join(folder, model.file), options)
}

/** @param {unknown} models */
function checkList(models) {
  if (!Array.isArray(models)) throw new FinalError('the list of models: found no array')
  for (const [index, model] of models.entries()) {
    const place = `models[${index}]`
    if (!/^\w[\w.-]*$/.test(model?.file ?? ''))
      throw new FinalError(`${place}.file: found ${JSON.stringify(model?.file)}, expected a file name without a folder`)
    if (!URL.canParse(model.url) || !/^https?:$/.test(new URL(model.url).protocol))
      throw new FinalError(`${place}.url: expected an http:// or https:// address`)
    if (!/^[\da-f]{64}$/i.test(model.sha256 ?? ''))
      throw new FinalError(`${place}.sha256: found ${JSON.stringify(model.sha256)}, expected 64 hexadecimal digits`)
  }
}

/**
 * @param {Model} model
 * @param {string} path
 * @param {FetchOptions} options
 */
async function fetchModel(model, path, { authorization, maxAttempts = 6, backoffMs = 1000, say = () => undefined }) {
  // An address may hold a login, or a signature in its query.
  const { origin, pathname } = new URL(model.url)
  const place = `${model.file} from ${origin}${pathname}`
  if ((await digestOf(path)) === model.sha256.toLowerCase()) return say(`${model.file}: already there`)
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = await download(model, `${path}.part`, authorization)
      await rename(`${path}.part`, path)
      return say(`${place}: ${bytes.toLocaleString('en-US')} bytes, SHA-256 as expected`)
    } catch (error) {
      await rm(`${path}.part`, { force: true })
      const reason = reasonOf(error)
      if (error instanceof FinalError || attempt === maxAttempts)
        throw new Error(`${place}: ${reason}`, { cause: error })
      const ms = backoffMs * 2 ** (attempt - 1)
      say(`${place}: ${reason}; next attempt in ${ms / 1000} s`)
      await wait(ms)
    }
  }
}

/**
 * @param {Model} model
 * @param {string} path
 * @param {string | undefined} authorization
 * @returns {Promise<number>} how many bytes
 */
async function download({ url, sha256 }, path, authorization) {
  const headers = new Headers(authorization === undefined ? undefined : { authorization })
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(attemptMs) })
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel()
    const message = `status ${answer.status} ${answer.statusText}`.trimEnd()
    throw answer.status >= 500 || answer.status === 429 || answer.status === 408
      ? new Error(message)
      : new FinalError(message)
  }
  const hash = createHash('sha256')
  let bytes = 0
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(answer.body, hashing, createWriteStream(path))
  const found = hash.digest('hex')
  if (found !== sha256.toLowerCase())
    throw new FinalError(`found the SHA-256 ${found}, expected ${sha256.toLowerCase()}`)
  return bytes
}

/**
 * @param {string} path
 * @returns {Promise<string | null>} null: there is no such file
 */
async function digestOf(path) {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
    return hash.digest('hex')
  } catch {
    return null
  }
}

/**
 * The last cause: fetch says no more than "fetch failed" itself.
 * @param {unknown} error
 * @returns {string}
 */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : reasonOf(error.cause)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // The first process of a container ignores it otherwise.
  process.once('SIGTERM', () => process.exit(143))
  const [list, folder] = process.argv.slice(2)
  try {
    if (folder === undefined) throw new Error('usage: node deploy/fetch-models.js LIST.json FOLDER')
    const authorization = process.env['GENESIS_FETCH_AUTHORIZATION']
    await fetchModels(JSON.parse(await readFile(list, 'utf8')), folder, {
      ...(authorization !== undefined && { authorization }),
      say: (line) => console.log(line),
    })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
