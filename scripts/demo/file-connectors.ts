import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { shippedConnectors, type Shipped } from './shipped.js'

/** Writes the shipped connectors into a folder, with a file sink instead of Kafka. */
export async function fileConnectors(folder: string): Promise<Shipped[]> {
  await mkdir(folder, { recursive: true })
  const shipped = await shippedConnectors()
  return Promise.all(
    shipped.map(async ({ file, topic, config }) => {
      const model = resolve(dirname(file), String(config['model']))
      const path = join(folder, `${topic}.jsonl`)
      const { name, conditions, throughput, seed } = config
      const changed = { name, model, conditions, throughput, seed, sink: { type: 'file', path, format: 'json' } }
      const copy = join(folder, `${String(name)}.yaml`)
      await writeFile(copy, stringify(JSON.parse(JSON.stringify(changed))))
      return { file: copy, topic, path, config: changed }
    }),
  )
}
