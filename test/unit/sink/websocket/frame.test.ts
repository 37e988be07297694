import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameMessages } from '#src/sink/websocket/frame.js'

const head = (length: number, isBinary: boolean, bytes: number): string =>
  frameMessages([Buffer.alloc(length)], isBinary)
    .subarray(0, bytes)
    .toString('hex')

test('frames are those of the examples of RFC 6455, section 5.7', () => {
  assert.equal(frameMessages([Buffer.from('Hello')], false).toString('hex'), '810548656c6c6f')
  assert.equal(head(256, true, 4), '827e0100')
  assert.equal(head(65_536, true, 10), '827f0000000000010000')
})

test('each length has its shortest form', () => {
  assert.equal(frameMessages([Buffer.alloc(0)], false).toString('hex'), '8100')
  assert.equal(head(125, false, 2), '817d')
  assert.equal(head(126, false, 4), '817e007e')
  assert.equal(head(65_535, false, 4), '817effff')
})

test('several messages are one run of frames', () => {
  const frames = frameMessages([Buffer.from('a'), Buffer.alloc(200, 'b'), Buffer.from('c')], false)
  assert.equal(frames.length, 3 + 204 + 3)
  assert.equal(frames.subarray(0, 3).toString('hex'), '810161')
  assert.equal(frames.subarray(3, 8).toString('hex'), '817e00c862')
  assert.equal(frames.subarray(-3).toString('hex'), '810163')
})
