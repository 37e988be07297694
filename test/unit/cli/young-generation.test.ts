import assert from 'node:assert/strict'
import { test } from 'node:test'
import { program, runNode } from '../../support/genesis.js'

/** Before it exits, the process makes objects that live, for which the young generation grows, and says how large it is. */
const code = `
  import { getHeapSpaceStatistics } from 'node:v8'
  process.once('exit', () => {
    const alive = Array.from({ length: 400_000 }, (_, i) => ({ i }))
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    process.stdout.write(String(space.space_size) + ' ' + alive.length)
  })`
const probe = `data:text/javascript,${encodeURIComponent(code)}`

async function youngBytes(command: string): Promise<number> {
  const { stdout } = await runNode(['--import', probe, program, command, '/none.yaml'])
  assert.match(stdout, /^\d+ 400000$/)
  return parseInt(stdout, 10)
}

test('the main thread of `run` keeps its young generation small, as other commands do not', async () => {
  const [run, validate] = await Promise.all([youngBytes('run'), youngBytes('validate')])
  assert.ok(run <= 4 << 20, `${run} bytes`)
  assert.ok(run < validate / 2, `${run} bytes, ${validate} of another command`)
})
