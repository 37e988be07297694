/**
 * Fails if a shipped package has a licence incompatible with Apache-2.0 or an install script that has not been reviewed
 * (below), or if a package in the lock file has no checksum. Development packages may have install scripts: none is run (`--ignore-scripts`).
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'MIT-0',
  'Python-2.0',
])

/** Install scripts that were reviewed and only print: package → file and its SHA-256. */
const harmless: Readonly<Record<string, { readonly file: string; readonly sha256: string } | undefined>> = {
  // It warns dependents whose version range lacks the tilde that its versionScheme requires.
  protobufjs: {
    file: 'scripts/postinstall.js',
    sha256: '5af8463b97ee8e309b4a2111f9479bacdf0c180de0ca0155527679b1fc6d9e6c',
  },
}

interface Lock {
  packages: Record<string, { dev?: boolean; optional?: boolean; hasInstallScript?: boolean; integrity?: string }>
}
interface Manifest {
  name: string
  version: string
  license?: string | { type: string }
}

/** For the few packages whose manifest names no licence: the licence of the text they include. */
async function licenceText(folder: string): Promise<string> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
  const text = file === undefined ? '' : await readFile(`${folder}/${file}`, 'utf8')
  return text.startsWith('MIT License') ? 'MIT' : 'none'
}

async function isHarmless(path: string): Promise<boolean> {
  const known = harmless[path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)]
  if (known === undefined) return false
  const text = await readFile(`${root}${path}/${known.file}`).catch(() => null)
  if (text === null) return false
  return createHash('sha256').update(text).digest('hex') === known.sha256
}

const lock = JSON.parse(await readFile(`${root}package-lock.json`, 'utf8')) as Lock
const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true)
const refused: string[] = []
for (const [path, { optional }] of shipped) {
  const text = await readFile(`${root}${path}/package.json`, 'utf8').catch(() => null)
  if (text === null) {
    // Optional packages for other platforms are not installed; their parents' licence applies.
    if (optional !== true) refused.push(`${path}: not installed`)
    continue
  }
  const { name, version, license } = JSON.parse(text) as Manifest
  const licence = typeof license === 'string' ? license : (license?.type ?? (await licenceText(`${root}${path}`)))
  const choices = licence.replace(/[()]/g, '').split(' OR ')
  if (!choices.some((choice) => choice.split(' AND ').every((each) => allowed.has(each))))
    refused.push(`${name}@${version}: ${licence}`)
}
const scripted: string[] = []
for (const [path, { hasInstallScript }] of shipped)
  if (hasInstallScript === true && !(await isHarmless(path))) scripted.push(path)
const unchecked = Object.entries(lock.packages)
  .filter(([path, { integrity }]) => path !== '' && integrity === undefined)
  .map(([path]) => path)

const findings: readonly (readonly [string, readonly string[]])[] = [
  ['Licences incompatible with Apache-2.0', refused],
  ['Shipped packages with an install script', scripted],
  ['Packages without a checksum in package-lock.json', unchecked],
]
for (const [what, packages] of findings.filter(([, { length }]) => length > 0)) {
  console.error(`${what}:\n  ${packages.join('\n  ')}`)
  process.exitCode = 1
}
if (process.exitCode !== 1)
  console.log(
    `dependencies: ${shipped.length} ship, all permissive, none with an install script that does more than print`,
  )
