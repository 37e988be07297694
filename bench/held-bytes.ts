import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Heap and array buffers of the process after garbage collection, in bytes. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Array buffers found by the first collection are freed by the second.
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
