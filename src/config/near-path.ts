import { readdirSync } from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'
import { nearest } from './nearest.js'

/**
 * The file that was probably meant by a path that does not exist: in its folder or, if it is a bare name, in the one where such files usually
 * are. Undefined: none is near.
 */
export function nearPath(path: string, usual: string, endings: RegExp): string | undefined {
  const folders = dirname(path) === '.' && !path.startsWith('.') ? ['.', usual] : [dirname(path)]
  const found = folders.flatMap((folder) =>
    namesIn(folder)
      .filter(({ name, isFolder }) => isFolder || endings.test(name))
      .map(({ name }) => ({ path: join(folder, name), stem: stemOf(name) })),
  )
  const wanted = stemOf(basename(path))
  const near = nearest(
    wanted,
    found.map(({ stem }) => stem),
  )
  const begun = found.filter(({ stem }) => stem.startsWith(wanted))
  return found.find(({ stem }) => stem === near)?.path ?? (begun.length === 1 ? begun[0].path : undefined)
}

function stemOf(name: string): string {
  return parse(name).name
}

function namesIn(folder: string): { readonly name: string; readonly isFolder: boolean }[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
  } catch {
    return []
  }
}
