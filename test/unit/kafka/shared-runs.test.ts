import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sharedRuns } from '#src/kafka/shared-runs.js'

/** Work whose runs end when they are told to. */
function told() {
  const runs: { end: (value: string) => void; fail: (error: Error) => void }[] = []
  const ask = sharedRuns(() => new Promise<string>((end, fail) => void runs.push({ end, fail })))
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { runs, ask, turn }
}

describe('shared runs', () => {
  it('give a caller the outcome of a run that began after its call, not of the one under way', async () => {
    const { runs, ask, turn } = told()
    const first = ask()
    await turn()
    const second = ask()
    await turn()
    assert.equal(runs.length, 1)
    runs[0].end('first')
    assert.equal(await first, 'first')
    await turn()
    assert.equal(runs.length, 2)
    runs[1].end('second')
    assert.equal(await second, 'second')
  })

  it('are one for all who call while another is under way', async () => {
    const { runs, ask, turn } = told()
    const first = ask()
    await turn()
    const others = [ask(), ask(), ask()]
    runs[0].end('first')
    await first
    await turn()
    runs[1].end('shared')
    assert.deepEqual(await Promise.all(others), ['shared', 'shared', 'shared'])
    assert.equal(runs.length, 2)
  })

  it('fail only those who share them', async () => {
    const { runs, ask, turn } = told()
    const first = ask()
    await turn()
    const second = ask()
    runs[0].fail(new Error('no broker'))
    await assert.rejects(first, /no broker/)
    await turn()
    runs[1].end('there again')
    assert.equal(await second, 'there again')
  })
})
