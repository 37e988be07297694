import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A connector file of the demo, where it writes, and what it says. */
export interface Shipped {
  readonly file: string
  readonly topic: string
  /** The file it writes, for file sinks. */
  readonly path: string
  readonly config: Record<string, unknown>
}

const folder = fileURLToPath(new URL('../../../connectors/', import.meta.url))

/** The connectors that `make demo` runs: all of connectors/. */
export async function shippedConnectors(): Promise<Shipped[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      const config = parse(await readFile(file, 'utf8')) as Record<string, unknown>
      return { file, topic: String(config['topic']), path: '', config }
    }),
  )
}
