import type { Progress } from '../progress.js'
import { run } from './command.js'

/** Long enough for a daemon on a busy machine; a daemon that hangs never answers. */
export const dockerAnswersMs = 20_000
/** A registry that cannot be reached is noticed by the daemon itself; this is for a download that has stopped. */
const downloadMs = 900_000

/** Resolves when Docker's daemon answers; rejects with what is in the way. */
export async function dockerAnswers(signal?: AbortSignal, timeoutMs = dockerAnswersMs): Promise<void> {
  await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs, ...(signal && { signal }) })
  const context = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']
  const host = await run('docker', context, { timeoutMs }).catch(() => '')
  // Testcontainers does not know the contexts of the command line.
  if (/^(unix|tcp|npipe):/.test(host) && host.trim() !== 'unix:///var/run/docker.sock')
    process.env['DOCKER_HOST'] ??= host.trim()
}

/** Downloads the images that are not there yet. */
export async function getImages(images: readonly string[], progress: Progress, signal: AbortSignal): Promise<void> {
  for (const image of images) {
    const options = { signal, timeoutMs: dockerAnswersMs }
    const there = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image], options).catch(() => null)
    signal.throwIfAborted()
    if (there === null)
      await progress.during(`downloading the image ${image}`, () =>
        run('docker', ['pull', image], { signal, timeoutMs: downloadMs }),
      )
  }
}

/** Rejects, with the end of its log, when a container with this label ends; never resolves. Ends with the signal. */
export async function containersEnd(label: string, signal: AbortSignal): Promise<never> {
  const list = ['ps', '-aq', '--filter', `label=${label}`, '--filter', 'status=exited']
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    signal.throwIfAborted()
    const [ended] = (await run('docker', list, { signal })).split('\n').filter((id) => id !== '')
    if (ended !== undefined)
      throw new Error(`a container ended at its start:\n${(await run('docker', ['logs', ended])).slice(-3000)}`)
  }
}
