import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A connector file of the demo, its target, and its contents. */
export interface Shipped {
  readonly file: string
  readonly topic: string
  /** For file sinks: the file it writes. */
  readonly path: string
  readonly config: Record<string, unknown>
}

const folder = fileURLToPath(new URL('../../../connectors/', import.meta.url))

/** The connectors `make demo` runs: everything in connectors/. */
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
