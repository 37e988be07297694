import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { codecOf, codecs, reasonOf } from '#src/kafka/codec.js'

const text = Buffer.from('the quick brown fox '.repeat(50_000))

describe('codec', () => {
  for (const [name, codec] of Object.entries(codecs)) {
    test(`${name} gives back what it was given, several at once too`, async () => {
      const inputs = [text, Buffer.alloc(0), Buffer.from([1]), text.subarray(7, 900_001)]
      const packed = await Promise.all(inputs.map((input) => codec.compress(input)))
      const unpacked = await Promise.all(packed.map((bytes) => codec.decompress(bytes)))
      unpacked.forEach((bytes, i) => assert.ok(bytes.equals(inputs[i])))
      if (name !== 'none') assert.ok(packed[0].length < text.length / 10)
    })

    test(`${name} has Kafka's number`, () => {
      assert.equal(codec.id, ['none', 'gzip', 'snappy', 'lz4', 'zstd'].indexOf(name))
      assert.equal(codecOf(codec.id | 16), codec)
    })

    if (name !== 'none')
      test(`${name} refuses bytes that are not its own`, async () => {
        await assert.rejects(codec.decompress(Buffer.from('certainly not compressed')))
      })
  }

  test('a library that cannot be loaded is reported in the words of the linker', () => {
    const elsewhere = Object.assign(new Error("Cannot find module './x.node'\nRequire stack:\n- x"), {
      code: 'MODULE_NOT_FOUND',
    })
    const linked = Object.assign(new Error('librt.so.1: cannot open shared object file'), {
      code: 'ERR_DLOPEN_FAILED',
      cause: elsewhere,
    })
    const outer = (cause: Error): Error => new Error('npm has a bug', { cause })
    assert.equal(reasonOf(outer(linked)), 'librt.so.1: cannot open shared object file')
    assert.equal(reasonOf(outer(elsewhere)), "Cannot find module './x.node'")
    assert.equal(reasonOf('gone'), 'gone')
  })

  test('numbers that Kafka does not have are not known', () => {
    assert.equal(codecOf(5), undefined)
  })

  test('snappy is framed as snappy-java frames it, and is read in several chunks or without the frame', async () => {
    const framed = await codecs.snappy.compress(text)
    assert.equal(framed.toString('latin1', 1, 7), 'SNAPPY')
    const chunk = framed.subarray(16)
    assert.equal(chunk.readInt32BE(0), chunk.length - 4)
    const twice = await codecs.snappy.decompress(Buffer.concat([framed, chunk]))
    assert.ok(twice.equals(Buffer.concat([text, text])))
    assert.ok((await codecs.snappy.decompress(chunk.subarray(4))).equals(text))
  })

  test('lz4 frames have independent blocks, without which Kafka refuses them', async () => {
    const frame = await codecs.lz4.compress(text)
    assert.equal(frame.readUInt32LE(0), 0x184d2204)
    assert.equal(frame[4] & 0b11100000, 0b01100000)
  })
})
