import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimdFramer } from '#src/kafka/wire/simd-framer.js'
import { StageMemory } from '#src/kafka/wire/stage-memory.js'

/** Fills it with as many bytes in as many steps; returns the sizes it had, in kB. */
function sizesWhileFilled(memory: StageMemory, bytes: number, step: number): number[] {
  const sizes: number[] = []
  for (let staged = step; staged <= bytes; staged += step) {
    memory.reserve(0, step, staged)
    if (memory.bytes.length / 1024 !== sizes.at(-1)) sizes.push(memory.bytes.length / 1024)
    memory.bytes.fill(staged / step, memory.end, memory.end + step)
    memory.end += step
  }
  return sizes
}

for (const [name, createFramer] of [
  ['plain memory', () => null],
  ['memory of WebAssembly', () => SimdFramer.create()],
] as const)
  test(`a stage with ${name} grows by doubling while it is small, and then at one go`, () => {
    const memory = new StageMemory({ createFramer })
    const step = 10_000
    assert.deepEqual(sizesWhileFilled(memory, 3_000_000, step), [32, 64, 128, 256, 512, 5120, 6144, 12288])
    for (let i = 0; i < 300; i++) assert.equal(memory.bytes[memory.frameEnd + i * step], (i + 1) % 256)
  })

for (const createFramer of [() => null, () => SimdFramer.create()])
  test('32 bits are enough for what a stage holds, however large', () => {
    // Only reserved: memory that nobody writes is none.
    const memory = new StageMemory({ createFramer })
    for (const bytes of [1e6, 400e6, 600e6, 900e6]) {
      memory.reserve(1, bytes, bytes)
      assert.ok(memory.frameEnd + bytes < 2 ** 31)
      assert.ok(memory.bytes.length - memory.frameEnd >= bytes)
      const { start } = memory.place()
      assert.ok(start + bytes <= memory.frameEnd)
    }
  })
