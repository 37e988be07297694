/** Regenerates the reference pages and JSON Schemas: `npm run reference`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { referenceFiles } from './reference-files.js'

const root = new URL('../../', import.meta.url)
for (const { path, text } of await referenceFiles()) {
  const file = fileURLToPath(new URL(path, root))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
