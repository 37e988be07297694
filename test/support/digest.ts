import { createHash } from 'node:crypto'
import type { Generator } from '#src/model/generator.js'

/** SHA-256 of the vectors of a generator's next records. */
export function digestOf(generator: Generator, count: number): string {
  const batch = generator.generate(count)
  const hash = createHash('sha256')
  for (const vector of batch.vectors) {
    if (vector.kind === 'dictionary') hash.update(vector.codes.subarray(0, count))
    if (vector.kind === 'number') hash.update(vector.values.subarray(0, count))
    if (vector.kind === 'text') {
      hash.update(vector.offsets.subarray(0, count + 1))
      hash.update(vector.bytes.subarray(0, vector.offsets[count]))
    }
  }
  return hash.digest('hex')
}
