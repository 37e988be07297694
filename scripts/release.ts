/**
 * Makes every place that names the version agree: `make release VERSION=1.2.3`. Publishes nothing, commits nothing.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { released, versionFiles } from './version.js'

const root = new URL('../../', import.meta.url)
const [version = ''] = process.argv.slice(2)
const now = new Date()
const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
  .map((part) => String(part).padStart(2, '0'))
  .join('-')
const texts = new Map<string, string>()
for (const file of versionFiles) texts.set(file, await readFile(new URL(file, root), 'utf8'))
try {
  const after = released(texts, version, date)
  for (const [file, text] of after) await writeFile(fileURLToPath(new URL(file, root)), text)
  console.log(
    `${[...after.keys()].join('\n')}\n\nNext: look at them, run make check and make test, commit, and tag v${version}.`,
  )
} catch (error) {
  console.error(`error: ${(error as Error).message}`)
  process.exitCode = 2
}
