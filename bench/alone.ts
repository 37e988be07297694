import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs a script of this folder in its own process and returns its output: memory is measured per process, whatever it did before. */
export async function alone<Result>(script: 'idle', options: object): Promise<Result> {
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [path, JSON.stringify(options)])
  return JSON.parse(stdout) as Result
}
