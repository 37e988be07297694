/**
 * Caches compiled code by its source and data. Tasks of a connector, and connectors with the same model and schema, run the same
 * function: it is optimised once for all of them, and its data is in memory once.
 */
import { createHash } from 'node:crypto'

const known = new Map<string, WeakRef<object>>()
const unused = new FinalizationRegistry<string>((key) => {
  if (known.get(key)?.deref() === undefined) known.delete(key)
})

/** The result of `make` for this text and data; cached while anyone still holds it. */
export function sharedCode<Code extends object>(text: string, data: readonly unknown[], make: () => Code): Code {
  const key = keyOf(text, data)
  const found = known.get(key)?.deref()
  if (found !== undefined) return found as Code
  const made = make()
  known.set(key, new WeakRef(made))
  unused.register(made, key)
  return made
}

function keyOf(text: string, data: readonly unknown[]): string {
  const hash = createHash('sha256').update(text)
  for (const value of data) {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(JSON.stringify(value))
    hash.update(`\n${bytes.length}:`).update(bytes)
  }
  return hash.digest('base64')
}
