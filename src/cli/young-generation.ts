import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the main thread's young generation as large as it is now; threads have their own limit. It would double four times while a worker
 * starts and keep that size: 16 to 64 MB, of which its few objects a second need none. To be called early. It has no options in Node, so this is V8's factor.
 */
export function keepYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
