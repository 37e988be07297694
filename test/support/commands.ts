import { access, chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'

/** What a `docker` prints whose daemon is down. */
export const downDocker =
  'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1'

/** A folder for a PATH: a shell, node, a few tools, and these commands, given as shell scripts. */
export async function commandsFor(t: TestContext, commands: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-path-'))
  t.after(() => rm(folder, { recursive: true }))
  await symlink(process.execPath, join(folder, 'node'))
  for (const name of ['sh', 'cat', 'sleep']) await symlink(await placeOf(name), join(folder, name))
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return folder
}

async function placeOf(command: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command)
    const there = await access(path).then(
      () => true,
      () => false,
    )
    if (there) return path
  }
  throw new Error(`no ${command} on the PATH`)
}
