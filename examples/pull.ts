/** Pull mode: a loop takes a batch at a time. Leaving the loop frees everything. */
import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const streamer = new StreamingGenerator(generator)

let batches = 0
for await (const batch of streamer.stream({ batchSize: 100, intervalSeconds: 0.1 })) {
  const [first] = batch
  console.log(`${batch.length} records from position ${batch.position}; the first is ${String(first.name)}`)
  if (++batches === 3) break
}
