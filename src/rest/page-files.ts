/** The files of the web page: compiled scripts, a style sheet, and uPlot. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const scripts = new URL('../page/', import.meta.url)
const statics = new URL('../../src/page/static/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

export interface PageFile {
  readonly type: string
  readonly plain: Buffer
  readonly zipped: Buffer
  /** An entity tag of its content. */
  readonly tag: string
}

/** Read on first use and kept: there are few, and small. */
export class PageFiles {
  #files: Promise<ReadonlyMap<string, PageFile>> | null = null

  /** A file by name; undefined: no such file. */
  async get(name: string): Promise<PageFile | undefined> {
    this.#files ??= this.all()
    return (await this.#files).get(name)
  }

  /** All files by name. */
  async all(): Promise<ReadonlyMap<string, PageFile>> {
    const uplot = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('uplot')))
    const found = [
      ...(await inFolder(scripts, ['js'])),
      ...(await inFolder(statics, ['html', 'css', 'svg'])),
      { name: 'uplot.js', url: new URL('uPlot.esm.js', uplot) },
      { name: 'uplot.css', url: new URL('uPlot.min.css', uplot) },
    ]
    return new Map(await Promise.all(found.map(async ({ name, url }) => [name, await read(name, url)] as const)))
  }
}

async function inFolder(folder: URL, endings: readonly string[]): Promise<{ name: string; url: URL }[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => endings.some((ending) => name.endsWith(`.${ending}`)))
    .map((name) => ({ name, url: new URL(name, folder) }))
}

async function read(name: string, url: URL): Promise<PageFile> {
  const plain = await readFile(url)
  return {
    type: types[name.slice(name.lastIndexOf('.') + 1)],
    plain,
    zipped: await promisify(gzip)(plain),
    tag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
  }
}
