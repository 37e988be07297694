/** Which files a model consists of. */
import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { artifactFormat } from './artifact.js'
import type * as Schemas from './load-schema.js'
import { protoPath } from './schemas/proto-path.js'

/** Where a model comes from: the path of a model or schema file, or a schema itself. */
export type ModelSource = string | object

const declarations: ReadonlySet<string> = new Set(['.yaml', '.yml'])

/** Whether a model's file is a declaration, by its name. */
export function isDeclaration(path: string): boolean {
  return declarations.has(extname(path))
}

// Loaded on demand, like declarations: most models are trained.
export const schemas = (): Promise<typeof Schemas> => import('./load-schema.js')

const headBytes = 256

/** The bytes of a schema's file. Null: it cannot be read, or is a model, which begins by saying so and may be large. */
async function schemaIn(file: string): Promise<Buffer | null> {
  const opened = await open(file).catch(() => null)
  if (opened === null) return null
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.includes(`"${artifactFormat}"`) || bytesRead === 0 ? null : await opened.readFile()
  } catch {
    return null
  } finally {
    await opened.close()
  }
}

/** The files of a model: its own, those that it includes, and those with options of a schema. */
export async function filesOfModel(source: ModelSource): Promise<string[]> {
  const files: string[] = []
  for (let file = typeof source === 'string' ? source : null; file !== null && !files.includes(file);) {
    const proto = protoPath(file)?.file
    files.push(proto ?? file)
    const isDeclared = isDeclaration(file)
    const bytes = isDeclared ? null : await schemaIn(proto ?? file)
    if (bytes !== null) {
      const { importsBeside, optionFilesIn } = await schemas()
      if (proto === undefined) files.push(...optionFilesIn(bytes, file))
      else files.push(...importsBeside(bytes.toString(), proto).map((imported) => imported.file))
    }
    if (!isDeclared) break
    const { includedIn } = await import('./declared/from-declaration.js')
    file = await includedIn(file)
  }
  return files
}
