import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StageMemory } from '#src/kafka/wire/stage-memory.js'

/** Fills it with as many bytes in as many steps; returns the sizes it had, in kB. */
function sizesWhileFilled(memory: StageMemory, bytes: number, step: number): number[] {
  const sizes: number[] = []
  let end = memory.frameEnd
  for (let staged = step; staged <= bytes; staged += step) {
    if (staged > memory.frameEnd || memory.frameEnd + staged > memory.bytes.length) {
      end += memory.growBytes(staged, staged, end, 0, false)
      sizes.push(memory.bytes.length / 1024)
    }
    memory.bytes.fill(staged / step, end, end + step)
    end += step
  }
  return sizes
}

test('a stage grows by doubling while it is small, and then at one go', () => {
  const memory = new StageMemory()
  const step = 10_000
  assert.deepEqual(sizesWhileFilled(memory, 3_000_000, step), [32, 64, 128, 256, 512, 2048, 4096, 8192])
  for (let i = 0; i < 300; i++) assert.equal(memory.bytes[memory.frameEnd + i * step], (i + 1) % 256)
})
