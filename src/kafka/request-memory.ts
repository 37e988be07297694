/**
 * Memory for the bytes of large requests, reused once they are sent: new memory for each would alone make V8 collect garbage several times
 * a second. One per thread, whatever the number of connections.
 */

/** Smaller ones are not worth keeping. */
const minReusedBytes = 1 << 12
/** Free memory that is kept. */
const maxFreeBytes = 1 << 26

const free = new Map<number, Buffer[]>()
let freeBytes = 0

/** At least `size` bytes; to be returned with `giveBack`, or left to the garbage collector. */
export function takeMemory(size: number): Buffer {
  if (size < minReusedBytes) return Buffer.allocUnsafe(size)
  const rounded = 2 ** Math.ceil(Math.log2(size))
  const memory = free.get(rounded)?.pop()
  if (memory === undefined) return Buffer.allocUnsafeSlow(rounded)
  freeBytes -= rounded
  return memory
}

export function giveBack(memory: Buffer): void {
  if (memory.length < minReusedBytes) return
  // Requests may now have a different size than before.
  for (const [size, other] of free) {
    while (freeBytes + memory.length > maxFreeBytes && size !== memory.length && other.length > 0) {
      other.pop()
      freeBytes -= size
    }
  }
  if (freeBytes + memory.length > maxFreeBytes) return
  freeBytes += memory.length
  const same = free.get(memory.length)
  if (same === undefined) free.set(memory.length, [memory])
  else same.push(memory)
}
