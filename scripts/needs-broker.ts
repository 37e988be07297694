import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Whether a compiled test, or a file it imports by path, reads a broker or registry from the environment. */
export async function needsBroker(file: string, seen = new Set<string>()): Promise<boolean> {
  if (seen.has(file)) return false
  seen.add(file)
  const text = await readFile(file, 'utf8')
  if (/KAFKA_BROKERS|SCHEMA_REGISTRY_URL/.test(text)) return true
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?'(\.[^']+\.js)'/g)) {
    const imported = join(dirname(file), path)
    // The ladder in scripts/ reads these names too, but on behalf of its callers.
    if (!imported.includes('/scripts/') && (await needsBroker(imported, seen))) return true
  }
  return false
}
