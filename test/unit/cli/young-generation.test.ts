import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { program, runNode, shipped } from '../../support/genesis.js'

const allocate = `
  const alive = Array.from({ length: 400_000 }, (_, i) => ({ i }))
  const space = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  process.stdout.write(String(space.space_size) + ' ' + alive.length)`

/** The size in bytes of a process's young generation after it has made many objects that live, for which it grows. */
async function youngBytes(...args: readonly string[]): Promise<number> {
  const { stdout, stderr } = await runNode(args)
  assert.match(stdout, /^\d+ 400000$/, stderr)
  return parseInt(stdout, 10)
}

test('the main thread of `run` keeps its young generation small, as other commands do not', async () => {
  const code = `import v8 from 'node:v8'; process.once('exit', () => {${allocate}})`
  const atExit = ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
  const [run, validate] = await Promise.all(
    ['run', 'validate'].map((command) => youngBytes(...atExit, program, command, '/none.yaml')),
  )
  assert.ok(run <= 4 << 20, `${run} bytes`)
  assert.ok(run < validate / 2, `${run} bytes, ${validate} of another command`)
})

test('it stays small when threads start', async () => {
  const code = `
    import { once } from 'node:events'
    import v8 from 'node:v8'
    import { Worker } from 'node:worker_threads'
    import { keepYoungGeneration } from ${JSON.stringify(pathToFileURL(shipped('dist/cli/young-generation.js')))}
    keepYoungGeneration()
    await once(new Worker('', { eval: true }), 'exit')
    ${allocate}`
  const bytes = await youngBytes('--input-type=module', '--eval', code)
  assert.ok(bytes <= 4 << 20, `${bytes} bytes`)
})
