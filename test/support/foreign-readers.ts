/** Readers of the registry's wire format in other languages, downloaded when they are first asked for. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/stack/command.js'
import { fetchOnce } from '../../scripts/stack/fetch-once.js'
import { copyDependencies, maven } from '../../scripts/stack/maven.js'
import { pythonWith } from '../../scripts/stack/python.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = join(root, 'test/readers')
const cache = join(root, 'build/stack')

/** Those in Java, once those in Python are done; see test/readers/Read.java. */
async function readByJava(registryUrl: string, folder: string): Promise<void> {
  const jars = join(cache, 'readers-java')
  const pom = ['-f', join(sources, 'pom.xml'), `-DoutputDirectory=${jars}`]
  await fetchOnce(jars, () => maven([copyDependencies, ...pom]))
  await run('java', ['-cp', join(jars, '*'), join(sources, 'Read.java'), registryUrl, folder])
}

/** Those in Python; see test/readers/read.py. */
async function readByPython(registryUrl: string, folder: string): Promise<void> {
  const python = join(cache, 'readers-python')
  await pythonWith(python, ['-r', join(sources, 'requirements.txt')])
  await run(join(python, 'bin/python'), [join(sources, 'read.py'), registryUrl, folder])
}

/** Has the values in `<format>.<name>.values` of a folder read in Python and Java, into `<format>.<name>.python` and `.java`. */
export async function readByOthers(registryUrl: string, folder: string): Promise<void> {
  await readByPython(registryUrl, folder)
  await readByJava(registryUrl, folder)
}

/** Values for a reader: each after its length in 4 bytes. */
export function framed(values: readonly Buffer[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(value.length)
      return [length, value]
    }),
  )
}

/** What a reader wrote: one value a line. */
export async function linesOf(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}
