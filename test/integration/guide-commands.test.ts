import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { shipped } from '../support/genesis.js'
import { committedNow, createTopic } from '../support/kafka.js'

/** The lines of the guide's section on the command line, as they stand there. */
async function linesOfGuide(): Promise<string[]> {
  const text = await readFile(shipped('docs/guide.md'), 'utf8')
  const block = /## Command line\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  const joined = block.replaceAll(/\\\n\s*/g, '')
  return joined.split('\n').filter((line) => line.startsWith('genesis stream'))
}

/** Starts a line of shell in which `genesis` is the program of this checkout. */
function shell(line: string) {
  const program = `genesis() { exec "${process.execPath}" "${shipped('dist/cli/main.js')}" "$@"; }`
  return spawn('sh', ['-c', `${program}\n${line}`], { cwd: shipped('models'), stdio: ['ignore', 'pipe', 'pipe'] })
}

describe("the guide's lines for the command line", () => {
  test('are the three of the guide, with a .json model', async () => {
    assert.deepEqual(await linesOfGuide(), [
      'genesis stream model.json --batch-size 100 --interval 1',
      'genesis stream model.json --kafka-servers localhost:9092 --topic synthetic-data --batch-size 100 --rate-limit 1000',
      `genesis stream model.json --conditions '{"status": "active"}' --max-records 10000`,
    ])
  })

  test('a batch every so often, until it is interrupted', async () => {
    const [line] = await linesOfGuide()
    const child = shell(line.replace('model.json', 'customers.json'))
    const exit = once(child, 'exit')
    let text = ''
    let batches = 0
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      text += chunk.toString()
      const lines = text.split('\n').length - 1
      if (lines >= 200 && batches++ === 0) child.kill('SIGINT')
    }
    const lines = text.trimEnd().split('\n')
    assert.equal(lines.length % 100, 0, 'only whole batches')
    for (const [index, row] of lines.entries()) assert.equal((JSON.parse(row) as { id: number }).id, index + 1)
    assert.deepEqual(await exit, [0, null])
  })

  test('to Kafka at a rate, until it is interrupted', async (t) => {
    const topic = await createTopic(t)
    const [, line] = await linesOfGuide()
    const [broker] = (process.env.KAFKA_BROKERS ?? '').split(',')
    const here = line
      .replace('model.json', 'customers.json')
      .replace('localhost:9092', broker)
      .replace('synthetic-data', topic)
    const child = shell(here)
    const exit = once(child, 'exit')
    const stderr = child.stderr.toArray() as Promise<Buffer[]>
    while ((await committedNow(topic)).length < 500) assert.equal(child.exitCode, null)
    child.kill('SIGINT')
    assert.deepEqual(await exit, [0, null])
    const [summary] = Buffer.concat(await stderr)
      .toString()
      .split('\n')
      .slice(-2)
    const sent = Number(/^(\d+) records in/.exec(summary)?.[1])
    assert.equal((await committedNow(topic)).length, sent)
  })

  test('records that satisfy a condition, so many of them', async () => {
    const [, , line] = await linesOfGuide()
    const child = shell(line.replace('model.json', 'customers.json'))
    const exit = once(child, 'exit')
    const lines = Buffer.concat((await child.stdout.toArray()) as Buffer[])
      .toString()
      .trimEnd()
      .split('\n')
    assert.deepEqual(await exit, [0, null])
    assert.equal(lines.length, 10_000)
    for (const row of lines) assert.equal((JSON.parse(row) as { status: string }).status, 'active')
  })
})
