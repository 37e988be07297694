import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { checkOutput, closeOutput, openOutput } from '#src/cli/output-file.js'
import type { GenesisError } from '#src/errors.js'
import { streamCommand } from '#src/cli/stream.js'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genesis-output-'))
})
after(() => rm(folder, { recursive: true }))

const stream = (...args: string[]) => streamCommand().parseAsync(args, { from: 'user' })
const model = 'models/customers.json'

describe('the output file', () => {
  test('is refused where it cannot be written, before anything else is done', async () => {
    await writeFile(join(folder, 'a-file'), 'x')
    for (const [path, found] of [
      [join(folder, 'missing', 'out.json'), 'no such folder'],
      [folder, 'a directory'],
      [join(folder, 'a-file', 'out.json'), 'a file where its folder should be'],
    ]) {
      await assert.rejects(checkOutput(path), (error: GenesisError) => {
        assert.deepEqual([error.code, error.details.place, error.details.found], ['USAGE', `--output ${path}`, found])
        return true
      })
      await assert.rejects(stream(model, '--max-records', '1', '--output', path), { code: 'USAGE' })
    }
  })

  test('keeps what it holds until model and conditions are found right', async () => {
    const path = join(folder, 'kept.json')
    await writeFile(path, 'kept')
    const wrong = ['--conditions', '{"segment": "nothing"}', '--max-records', '1', '--output', path]
    await assert.rejects(stream(model, ...wrong), { code: 'CONDITION_UNSATISFIABLE' })
    await assert.rejects(stream('no-such-model.json', '--max-records', '1', '--output', path), {
      code: 'MODEL_UNREADABLE',
    })
    assert.equal(await readFile(path, 'utf8'), 'kept')
    await checkOutput(path)
    const file = await openOutput(path)
    file.write('new')
    await closeOutput(file, path)
    assert.equal(await readFile(path, 'utf8'), 'new')
  })

  test('that has no room is a full disk', async () => {
    await checkOutput('/dev/full')
    await assert.rejects(stream(model, '--max-records', '1', '--output', '/dev/full'), { code: 'DISK_FULL' })
  })
})
