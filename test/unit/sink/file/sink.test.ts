import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs, { mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { syncBuiltinESMExports } from 'node:module'
import { describe, test, type TestContext } from 'node:test'
import avsc from 'avsc'
import type { GenesisError } from '#src/errors.js'
import { readCheckpointFile } from '#src/sink/file/checkpoint-file.js'
import { shardFile } from '#src/sink/file/options.js'
import { FileSink, type FileSinkOptions } from '#src/sink/file/sink.js'
import { ContainerFraming, LineFraming } from '#src/sink/framing.js'
import { batchOf, sinkContract } from '../../../contract/sink.js'

const lines = (): LineFraming => new LineFraming('json', Buffer.alloc(0))
const shard = { connector: 'c', shard: 0, shards: 1 }
const at = (position: number) => ({ position, fingerprint: 'f00d', shards: 1 })

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-file-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

let owners = 0
sinkContract('the file sink', async (t) => {
  const path = join(await folder(t), 'data.jsonl')
  return {
    // Another connector's name stands for another process: a lock of the same shard would be taken for a dead thread's.
    sink: () => new FileSink({ path, shard: { ...shard, connector: `c${owners++}` }, framing: lines() }),
    committed: async () => {
      const text = await readFile(path, 'utf8').catch(() => '')
      return text.split(/(?<=\n)/).filter((line) => line !== '')
    },
    takesOver: false,
  }
})

const refuses = (message: RegExp) => (error: GenesisError) => {
  assert.equal(error.code, 'CHECKPOINT_INVALID')
  assert.match(error.message, message)
  return true
}

async function openingRejects(options: FileSinkOptions, check: (error: GenesisError) => boolean): Promise<void> {
  const sink = new FileSink(options)
  await assert.rejects(sink.open(), check)
  await sink.close()
}

async function written(path: string, count = 10): Promise<void> {
  const sink = new FileSink({ path, shard, framing: lines() })
  await sink.open()
  await sink.write(batchOf(0, count))
  await sink.commit(at(count))
  await sink.close()
}

describe('the file sink', () => {
  test('refuses a file with data but without checkpoint, and leaves it as it is', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    await writeFile(path, 'not ours\n')
    await openingRejects({ path, shard, framing: lines() }, refuses(/no checkpoint/))
    assert.equal(await readFile(path, 'utf8'), 'not ours\n')
  })

  test('refuses a file that is shorter than its checkpoint says, or gone', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    await written(path)
    await truncate(path, 20)
    await openingRejects({ path, shard, framing: lines() }, refuses(/found 20 bytes; expected 80/))
    await rm(path)
    await openingRejects({ path, shard, framing: lines() }, refuses(/shorter/))
  })

  test('refuses to go on in another format, and with a corrupt checkpoint', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    await written(path)
    const csv = new LineFraming('csv', Buffer.from('a,b\n'))
    await openingRejects({ path, shard, framing: csv }, refuses(/another format/))
    await writeFile(`${path}.checkpoint`, '{"bytes":')
    await openingRejects({ path, shard, framing: lines() }, refuses(/the checkpoint file is corrupt/))
  })

  test('cuts off what a crash left behind the checkpoint', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    await written(path)
    const whole = await readFile(path)
    await writeFile(path, Buffer.concat([whole, Buffer.from('value 10\nvalu')]))
    const sink = new FileSink({ path, shard, framing: lines() })
    assert.deepEqual(await sink.open(), at(10))
    await sink.close()
    assert.deepEqual(await readFile(path), whole)
  })

  test('writes a header once', async (t) => {
    const path = join(await folder(t), 'data.csv')
    const framing = new LineFraming('csv', Buffer.from('value\n'))
    for (const start of [0, 2]) {
      const sink = new FileSink({ path, shard, framing })
      await sink.open()
      await sink.write(batchOf(start, 2))
      await sink.commit(at(start + 2))
      await sink.close()
    }
    assert.equal(await readFile(path, 'utf8'), 'value\nvalue 0\nvalue 1\nvalue 2\nvalue 3\n')
  })

  test('takes over the lock of a process that is gone, and leaves none behind', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    for (const stale of [JSON.stringify({ pid, began: null, shard: 'x/0' }), 'half a lo']) {
      await symlink(stale, `${path}.lock`)
      const sink = new FileSink({ path, shard, framing: lines() })
      await sink.open()
      await sink.close()
    }
    assert.deepEqual((await readdir(join(path, '..'))).sort(), ['data.jsonl', 'data.jsonl.checkpoint'])
  })

  test('keeps what a checkpoint covers whose making durable failed at the last step', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    const sink = new FileSink({ path, shard, framing: lines() })
    await sink.open()
    await sink.write(batchOf(0, 10))
    const { open } = fs
    // The folder cannot be opened to be synced: the new checkpoint is there all the same.
    t.mock.method(fs, 'open', (...at: Parameters<typeof open>) =>
      at[1] === 'r' ? Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' })) : open(...at),
    )
    syncBuiltinESMExports()
    await assert.rejects(sink.commit(at(10)), { code: 'SINK_FAILED' })
    await sink.close()
    t.mock.restoreAll()
    syncBuiltinESMExports()
    const next = new FileSink({ path, shard, framing: lines() })
    assert.deepEqual(await next.open(), at(10))
    await next.close()
  })

  test('a task that was left behind neither cuts, commits nor unlocks what its successor has taken over', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    const left = new FileSink({ path, shard, framing: lines() })
    await left.open()
    await left.write(batchOf(0, 1))
    const successor = new FileSink({ path, shard, framing: lines() })
    assert.equal(await successor.open(), null)
    await successor.write(batchOf(0, 5))
    await successor.commit(at(5))
    const whole = await readFile(path)
    await assert.rejects(left.commit(at(1)), { code: 'SINK_FAILED' })
    await left.close()
    assert.deepEqual(await readFile(path), whole)
    await openingRejects({ path, shard: { ...shard, connector: 'other' }, framing: lines() }, (error) => {
      assert.match(error.message, /another process is writing to this file/)
      return true
    })
    await successor.close()
    assert.deepEqual((await readdir(join(path, '..'))).sort(), ['data.jsonl', 'data.jsonl.checkpoint'])
  })

  test('names the process that holds the file', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    await symlink(JSON.stringify({ pid: process.ppid, began: null, shard: 'other/0' }), `${path}.lock`)
    await openingRejects({ path, shard, framing: lines() }, (error: GenesisError) => {
      assert.equal(error.code, 'SINK_FAILED')
      assert.match(error.message, new RegExp(`process ${process.ppid} \\(other/0\\)`))
      return true
    })
  })

  test('says that the disk is full', async (t) => {
    const path = join(await folder(t), 'data.jsonl')
    // The device that is always full stands in for the file.
    await symlink('/dev/full', path)
    await writeFile(`${path}.checkpoint`, JSON.stringify({ checkpoint: null, bytes: 0, form: lines().form }))
    const full = new FileSink({ path, shard, framing: lines() })
    await assert.rejects(
      async () => {
        await full.open()
        await full.write(batchOf(0, 1))
      },
      (error: GenesisError) => error.code === 'DISK_FULL' && error.retriable,
    )
    await full.close()
  })

  test('an Avro container is read by another implementation, blocks of several owners included', async (t) => {
    const path = join(await folder(t), 'data.avro')
    const type = avsc.Type.forSchema({ type: 'record', name: 'r', fields: [{ name: 'n', type: 'long' }] })
    const encode = (start: number, length: number) => {
      const batch = batchOf(start, length)
      const rows = Array.from({ length }, (_, i) => type.toBuffer({ n: start + i }))
      const offsets = new Int32Array(2 * length + 1)
      rows.forEach((row, i) => {
        offsets[2 * i + 1] = offsets[2 * i]
        offsets[2 * i + 2] = offsets[2 * i] + row.length
      })
      return { ...batch, bytes: Buffer.concat(rows), offsets }
    }
    for (const start of [0, 500]) {
      const sink = new FileSink({ path, shard, framing: new ContainerFraming(JSON.stringify(type)) })
      await sink.open()
      await sink.write(encode(start, 300))
      await sink.write(encode(start + 300, 200))
      await sink.commit(at(start + 500))
      await sink.close()
    }
    const read: unknown[] = []
    for await (const row of avsc.createFileDecoder(path)) read.push((row as { n: number }).n)
    assert.deepEqual(
      read,
      Array.from({ length: 1000 }, (_, i) => i),
    )
  })

  test('says which checkpoint it cannot read, and why', async (t) => {
    const file = join(await folder(t), 'file')
    await writeFile(file, '')
    const path = join(file, 'data.jsonl.checkpoint')
    await assert.rejects(readCheckpointFile(path), {
      code: 'SINK_FAILED',
      message: `${path}: the checkpoint file cannot be read; found ENOTDIR`,
    })
    assert.equal(await readCheckpointFile(`${file}.checkpoint`), null)
  })

  test('gives each of several shards its own file', async () => {
    assert.equal(shardFile('/a/name.jsonl', 0, 1), '/a/name.jsonl')
    assert.equal(shardFile('/a/name.jsonl', 2, 3), '/a/name.2.jsonl')
    assert.equal(shardFile('/a/name', 0, 3), '/a/name.0')
    await assert.rejects(stat('/a/name.0'))
  })
})
