import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Progress } from '../../../scripts/progress.js'

function screen(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 40, written, write: (text: string) => written.push(text) }
}

/** A wait that the test ends. */
function waiting(): { work: () => Promise<void>; end: () => void } {
  let end = (): void => undefined
  const work = new Promise<void>((resolve) => (end = resolve))
  return { work: () => work, end: () => end() }
}

test('in a file a wait has a line after five seconds, and then every ten', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  const out = screen(false)
  const { work, end } = waiting()
  const done = new Progress(out, {}).during('compiling', work)
  for (let second = 0; second < 26; second++) t.mock.timers.tick(1_000)
  assert.deepEqual(out.written, ['compiling … 5 s\n', 'compiling … 15 s\n', 'compiling … 25 s\n'])
  end()
  await done
})

test('on a terminal it is one line, which is gone when the wait is over', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  const out = screen(true)
  const { work, end } = waiting()
  const progress = new Progress(out, {})
  const done = progress.during('compiling', work)
  t.mock.timers.tick(1_000)
  assert.deepEqual(out.written.splice(0), ['compiling … 0 s', '\r\x1b[J', 'compiling … 1 s'])
  progress.say('a line')
  assert.deepEqual(out.written.splice(0), ['\r\x1b[J', 'a line\n', 'compiling … 1 s'])
  end()
  await done
  assert.deepEqual(out.written, ['\r\x1b[J'])
})

test('what fails ends its wait, and passes its error on', async () => {
  const out = screen(true)
  const failed = new Progress(out, {}).during('compiling', () => Promise.reject(new Error('no')))
  await assert.rejects(failed, /no/)
  assert.equal(out.written.at(-1), '\r\x1b[J')
})

test('a line is cut to the width of the terminal', async () => {
  const out = screen(true)
  await new Progress(out, {}).during('x'.repeat(100), () => Promise.resolve())
  assert.equal(out.written[0].length, 39)
})
