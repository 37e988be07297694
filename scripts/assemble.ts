import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const folder = new URL('../../', import.meta.url)
const features = { simd: true, threads: true }

interface Parsed {
  validate(features: object): void
  toBinary(options: object): { buffer: Uint8Array }
  destroy(): void
}

/**
 * A module that exports the assembled file (`.wat`, relative to the project folder) as base64. It is committed, so that neither the package
 * nor its build needs an assembler.
 */
export async function assembledModule(path: string, name: string): Promise<string> {
  const assembler = await wabt()
  // Its type lacks the parameter.
  const module: Parsed = assembler.parseWat(path, await readFile(fileURLToPath(new URL(path, folder))), features)
  try {
    module.validate(features)
    const code = Buffer.from(module.toBinary({}).buffer).toString('base64')
    return `/** ${path}, assembled (npm run reference), in base64. */\nexport const ${name} = '${code}'\n`
  } finally {
    module.destroy()
  }
}
