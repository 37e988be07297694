import { join } from 'node:path'
import { run } from './command.js'
import { fetchOnce } from './fetch-once.js'

/** A virtual environment in the folder, made unless an earlier one was completed. `wanted`: as pip is told. */
export async function pythonWith(folder: string, wanted: readonly string[], signal?: AbortSignal): Promise<void> {
  const make = async (): Promise<void> => {
    await run('python3', ['-m', 'venv', folder], { signal })
    await run(join(folder, 'bin/pip'), ['install', '-q', ...wanted], { signal })
  }
  await fetchOnce(folder, make, { signal })
}
