import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One more than there are cores: broker tests spend much of their time waiting. */
const concurrency = availableParallelism() + 1

/** So many files may have failed on a busy machine; more than that have another reason. */
const maxSecondRuns = 2

const reporter = fileURLToPath(new URL('failed-files.js', import.meta.url))

export interface TestRun {
  /** The folder of compiled tests, absolute. */
  readonly tests: string
  /** Absolute, below `tests`. */
  readonly files: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** Where the tests' report goes. Default: our own standard output. */
  readonly report?: 'inherit' | 'ignore'
  say(line: string): void
}

/**
 * Runs test files and resolves to the exit status. Tests with real brokers, browsers and processes share a machine; if at most
 * two of their files failed, each runs once more by itself. One that then passes does not fail the run, but is named as flaky.
 * A file of `unit/` has no second run.
 */
export async function runTests(run: TestRun): Promise<number> {
  const first = await runOnce(run, run.files, concurrency)
  const { status, failed } = first
  if (status === 0 || run.signal.aborted) return status
  const named = (file: string): string => relative(run.tests, file)
  if (failed.length === 0 || failed.length > maxSecondRuns) return status
  if (failed.some((file) => named(file).split(sep)[0] === 'unit')) return status
  const flaky: string[] = []
  for (const file of failed) {
    run.say(`\n${named(file)} failed beside other tests. It runs once more, by itself.`)
    if ((await runOnce(run, [file], 1)).status !== 0) return status
    flaky.push(named(file))
  }
  for (const file of flaky)
    run.say(`flaky: ${file} failed once and passed by itself. Its first failure is above, and is worth a look.`)
  return 0
}

async function runOnce(
  { env, signal, report = 'inherit' }: TestRun,
  files: readonly string[],
  concurrency: number,
): Promise<{ readonly status: number; readonly failed: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-tests-'))
  const list = join(folder, 'failed')
  try {
    const status = await spawned(
      [
        ...['--test', `--test-concurrency=${concurrency}`, '--test-timeout=300000'],
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...[`--test-reporter=${reporter}`, `--test-reporter-destination=${list}`],
        ...files,
      ],
      { env, signal, report },
    )
    const failed = await readFile(list, 'utf8').catch(() => '')
    return { status, failed: failed.split('\n').filter((file) => file !== '') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function spawned(
  args: readonly string[],
  { env, signal, report }: Required<Pick<TestRun, 'env' | 'signal' | 'report'>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', report, report] })
    const end = (): void => void child.kill('SIGTERM')
    signal.addEventListener('abort', end)
    child.once('error', reject)
    child.once('exit', (status) => {
      signal.removeEventListener('abort', end)
      resolve(status ?? 1)
    })
  })
}
