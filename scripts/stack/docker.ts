import type { Progress } from '../progress.js'
import { run } from './command.js'

/** Long enough for a daemon on a busy machine; one that hangs never answers. */
export const dockerAnswersMs = 20_000
/** The daemon itself notices an unreachable registry; this is for stalled downloads. */
const downloadMs = 900_000

/** Resolves when Docker's daemon answers; rejects with the reason if it does not. */
export async function dockerAnswers(signal?: AbortSignal, timeoutMs = dockerAnswersMs): Promise<void> {
  await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs, ...(signal && { signal }) })
  const context = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']
  const host = await run('docker', context, { timeoutMs }).catch(() => '')
  // Testcontainers does not know the command line's contexts.
  if (/^(unix|tcp|npipe):/.test(host) && host.trim() !== 'unix:///var/run/docker.sock')
    process.env['DOCKER_HOST'] ??= host.trim()
}

/** Downloads missing images. */
export async function getImages(images: readonly string[], progress: Progress, signal: AbortSignal): Promise<void> {
  for (const image of images) {
    const options = { signal, timeoutMs: dockerAnswersMs }
    const there = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image], options).catch(() => null)
    signal.throwIfAborted()
    if (there === null)
      await progress.during(`downloading image ${image}`, () =>
        run('docker', ['pull', image], { signal, timeoutMs: downloadMs }),
      )
  }
}

/** Rejects with the end of its log when a container with this label exits; never resolves. Stops with the signal. */
export async function containersEnd(label: string, signal: AbortSignal): Promise<never> {
  const list = ['ps', '-aq', '--filter', `label=${label}`, '--filter', 'status=exited']
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    signal.throwIfAborted()
    const [ended] = (await run('docker', list, { signal })).split('\n').filter((id) => id !== '')
    if (ended !== undefined)
      throw new Error(`a container exited during startup:\n${(await run('docker', ['logs', ended])).slice(-3000)}`)
  }
}
