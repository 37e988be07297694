import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import type { GenesisError } from '#src/errors.js'
import { LineFraming } from '#src/sink/framing.js'
import { DownstreamClosed } from '#src/sink/sink.js'
import { StreamSink } from '#src/sink/stdout/sink.js'
import { batchOf } from '../../../contract/sink.js'

function sinkTo(stream: Writable): StreamSink {
  return new StreamSink(stream, 'the stream', new LineFraming('csv', Buffer.from('value\n')))
}

const failing = (code: string): Writable =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('as scripted'), { code })) })

describe('a sink to a stream of bytes', () => {
  test('writes a header once, and then the lines', async () => {
    const written: string[] = []
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString())
        done()
      },
    })
    const sink = sinkTo(stream)
    assert.equal(await sink.open(), null)
    await sink.write(batchOf(0, 2))
    await sink.commit({ position: 2, fingerprint: 'f', shards: 1 })
    await sink.close()
    assert.deepEqual(await sink.open(), { position: 2, fingerprint: 'f', shards: 1 })
    await sink.write(batchOf(2, 1))
    assert.equal(written.join(''), 'value\nvalue 0\nvalue 1\nvalue 2\n')
  })

  test('takes no more before the stream has taken what it was given', async () => {
    let take = (): void => assert.fail('nothing was written')
    const stream = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => (take = done) })
    const sink = new StreamSink(stream, 'the stream', new LineFraming('json', Buffer.alloc(0)))
    await sink.open()
    let written = false
    const writing = sink.write(batchOf(0, 1)).then(() => (written = true))
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(written, false)
    take()
    await writing
  })

  test('tells a reader that has gone from a failure', async () => {
    await assert.rejects(sinkTo(failing('EPIPE')).open(), DownstreamClosed)
    await assert.rejects(
      sinkTo(failing('EIO')).open(),
      (error: GenesisError) => error.code === 'SINK_FAILED' && /the stream cannot be written to/.test(error.message),
    )
  })
})
