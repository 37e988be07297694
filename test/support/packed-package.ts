import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { shipped } from './genesis.js'

export const run = promisify(execFile)

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
}

/** Packs the package into a new folder, and unpacks it there: `package/`. */
export async function unpacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-package-'))
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: shipped('.') })
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  await run('tar', ['-xzf', tarball], { cwd: folder })
  return folder
}

/** What is installed with the package, and not for its own development: paths such as `node_modules/ws`. */
async function dependencies(): Promise<string[]> {
  const lock = JSON.parse(await readFile(shipped('package-lock.json'), 'utf8')) as Lock
  const installed = new Set(await readdir(shipped('node_modules')))
  for (const scope of [...installed].filter((name) => name.startsWith('@'))) {
    for (const name of await readdir(shipped(`node_modules/${scope}`))) installed.add(`${scope}/${name}`)
  }
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.lastIndexOf('node_modules/') === 0 && dev !== true)
    .map(([path]) => path)
    .filter((path) => installed.has(path.slice('node_modules/'.length)))
}

/** A project that has the packed package, its dependencies, and `others` of this checkout; nothing else. */
export async function projectWithPackage(...others: string[]): Promise<string> {
  const project = await unpacked()
  for (const path of new Set([...(await dependencies()), ...others.map((name) => `node_modules/${name}`)])) {
    await mkdir(dirname(join(project, path)), { recursive: true })
    await symlink(shipped(path), join(project, path))
  }
  await rename(join(project, 'package'), join(project, 'node_modules', 'genesis-connect'))
  return project
}

/** The packed package with its dependencies inside, so that npm installs it without a registry: its tarball. */
export async function bundledTarball(): Promise<string> {
  const folder = await unpacked()
  const paths = await dependencies()
  // What no program reads is left out: unpacking thousands of files is most of what npm does here.
  const filter = (from: string): boolean => !/\.(map|md|ts|cts|mts)$/.test(from)
  for (const path of paths) await cp(shipped(path), join(folder, 'package', path), { recursive: true, filter })
  const file = join(folder, 'package', 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  manifest.bundleDependencies = paths.map((path) => path.slice('node_modules/'.length))
  await writeFile(file, JSON.stringify(manifest))
  const tarball = join(folder, 'bundled.tgz')
  await run('tar', ['-czf', tarball, '-C', folder, 'package'])
  return tarball
}
