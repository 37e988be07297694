/** Errors: tried again with growing waits, then the batch is left out, and its records are kept in a file. */
import { RetryPolicy, StreamingError, StreamingGenerator, SyntheticGenerator, type Publisher } from 'genesis-connect'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const generator = await SyntheticGenerator.load('models/customers.json')

let attempts = 0
const flaky: Publisher = {
  publish(batch) {
    // Every third attempt fails; the batch from position 200 always does.
    if (++attempts % 3 === 0 || batch.position === 200) throw new Error('connection reset')
  },
}

const retryPolicy = new RetryPolicy({
  maxRetries: 3,
  backoffFactor: 2,
  initialBackoffSeconds: 0.01,
  maxBackoffSeconds: 60,
})
const deadLetterFile = join(tmpdir(), 'genesis-example-dead-letters.jsonl')
const skipping = new StreamingGenerator(generator, { retryPolicy, onError: 'skip', deadLetterFile })
const metrics = await skipping.streamTo(flaky, { batchSize: 100, maxRecords: 1000 })
console.log(`${metrics.totalRecords} sent after ${metrics.retries} retries; left out: ${JSON.stringify(metrics.gaps)}`)

try {
  await new StreamingGenerator(generator, { onError: 'stop' }).streamTo(flaky, { maxRecords: 1000 })
} catch (error) {
  if (!(error instanceof StreamingError)) throw error
  console.log(`stopped: ${error.code}, ${error.retriable ? 'which may pass' : 'which stays'}`)
}
