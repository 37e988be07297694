/** The places that name this project's version. */

/** By file: patterns whose first group is the version. All are global. */
const places: Readonly<Record<string, readonly RegExp[]>> = {
  'package.json': [/^ {2}"version": "([^"]+)"/gm],
  'package-lock.json': [/"name": "genesis-connect",\n\s+"version": "([^"]+)"/g],
  Dockerfile: [/image\.version="([^"]+)"/g],
  'deploy/chart/Chart.yaml': [/^version: (\S+)$/gm, /^appVersion: (\S+)$/gm],
  'deploy/chart/README.md': [/genesis-connect:(\d[\w.-]*)/g],
  'deploy/kubernetes/README.md': [/genesis-connect:(\d[\w.-]*)/g],
  'deploy/kubernetes/sidecar.yaml': [/genesis-connect:(\d[\w.-]*)/g],
  'deploy/kubernetes/worker.yaml': [/genesis-connect:(\d[\w.-]*)/g],
}

const changelog = 'CHANGELOG.md'

export const versionFiles: readonly string[] = [...Object.keys(places), changelog]

/** `<file>: <version>` for each place, and for the newest release of the changelog. */
export function versionsIn(texts: ReadonlyMap<string, string>): readonly string[] {
  const found = Object.entries(places).flatMap(([file, patterns]) =>
    patterns.flatMap((pattern) => {
      const versions = [...textOf(texts, file).matchAll(pattern)]
      if (versions.length === 0)
        throw new Error(`${file}: no version where there should be one; expected ${pattern.source}`)
      return versions.map(([, version]) => `${file}: ${version}`)
    }),
  )
  return [...found, `${changelog}: ${newestRelease(textOf(texts, changelog))}`]
}

/**
 * The same files with another version, and the changelog's unreleased changes under it. Throws if the version is none,
 * not a later one, or if nothing has changed. `date`: YYYY-MM-DD.
 */
export function released(texts: ReadonlyMap<string, string>, version: string, date: string): Map<string, string> {
  const [place] = versionsIn(texts)
  const current = place.split(': ')[1]
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`VERSION: found ${version || 'none'}; expected such as 1.2.3`)
  if (!isLater(version, current)) throw new Error(`VERSION: found ${version}; expected one after ${current}`)
  const after = new Map<string, string>()
  for (const [file, patterns] of Object.entries(places)) {
    let text = textOf(texts, file)
    for (const pattern of patterns)
      text = text.replaceAll(pattern, (all, old: string) => {
        const at = all.lastIndexOf(old)
        return all.slice(0, at) + version + all.slice(at + old.length)
      })
    after.set(file, text)
  }
  const log = textOf(texts, changelog)
  const [heading, ...rest] = log.split(/^## Unreleased\n/m)
  const changes = rest.join('').split(/^## /m)[0]
  if (changes.trim() === '')
    throw new Error(`${changelog}: found nothing unreleased; expected a line for what a user notices`)
  after.set(changelog, `${heading}## Unreleased\n\n## ${version} - ${date}\n${rest.join('')}`)
  return after
}

function newestRelease(log: string): string {
  return /^## (\d[^ ]*) - \d{4}-\d\d-\d\d$/m.exec(log)?.[1] ?? 'none'
}

function isLater(version: string, than: string): boolean {
  const [a, b] = [version, than].map((one) => one.split('.').map(Number))
  const at = a.findIndex((part, i) => part !== b[i])
  return at >= 0 && a[at] > b[at]
}

function textOf(texts: ReadonlyMap<string, string>, file: string): string {
  const text = texts.get(file)
  if (text === undefined) throw new Error(`${file} is missing`)
  return text
}
