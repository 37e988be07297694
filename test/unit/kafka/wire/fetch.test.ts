import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { joined } from '#src/kafka/wire/fetch.js'

describe('joined', () => {
  const pieces = [Buffer.from('abc'), Buffer.from('de')]

  it('puts the pieces together in the memory given', () => {
    const memory = Buffer.alloc(8)
    const whole = joined(pieces, memory)
    assert.equal(whole.toString(), 'abcde')
    assert.equal(whole.buffer, memory.buffer)
  })

  it('takes new memory if that is too small', () => {
    const memory = Buffer.from('1234')
    assert.equal(joined(pieces, memory).toString(), 'abcde')
    assert.equal(memory.toString(), '1234')
  })

  it('copies neither nothing nor a single piece', () => {
    assert.equal(joined([], Buffer.alloc(0)).length, 0)
    assert.equal(joined([pieces[0]], Buffer.alloc(8)), pieces[0])
  })
})
