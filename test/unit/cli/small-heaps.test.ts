import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { program, runNode, shipped } from '../../support/genesis.js'

const smallHeaps = JSON.stringify(pathToFileURL(shipped('dist/cli/small-heaps.js')))

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
    import { keepHeapsSmall } from ${smallHeaps}
    keepHeapsSmall()
    await once(new Worker('', { eval: true }), 'exit')
    ${allocate}`
  const bytes = await youngBytes('--input-type=module', '--eval', code)
  assert.ok(bytes <= 4 << 20, `${bytes} bytes`)
})

/** How large the heap of a thread is at most, in bytes, that always holds 16 MB of objects, the oldest of which are replaced. */
async function peakBytes(begin: string): Promise<number> {
  const thread = `
    import { getHeapStatistics } from 'node:v8'
    import { parentPort } from 'node:worker_threads'
    const held = []
    let peak = 0
    for (let i = 0; i < 800; i++) {
      held[i % 64] = Array.from({ length: 5_000 }, (_, j) => ({ j }))
      if (i > 400) peak = Math.max(peak, getHeapStatistics().used_heap_size)
    }
    parentPort.postMessage(peak)`
  const code = `
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    ${begin}
    const [peak] = await once(new Worker(${JSON.stringify(thread)}, { eval: true }), 'message')
    process.stdout.write(String(peak))`
  const { stdout, stderr } = await runNode(['--input-type=module', '--eval', code])
  assert.match(stdout, /^\d+$/, stderr)
  return parseInt(stdout, 10)
}

test('threads collect garbage before it is as large as what they hold', async () => {
  const [small, usual] = await Promise.all([
    peakBytes(`import { keepHeapsSmall } from ${smallHeaps}; keepHeapsSmall()`),
    peakBytes(''),
  ])
  assert.ok(small <= 32 << 20, `${small} bytes`)
  assert.ok(small < (usual * 2) / 3, `${small} bytes, usually ${usual}`)
})
