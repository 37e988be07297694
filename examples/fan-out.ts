/** Several publishers: the same records for each, at its own pace. What one does not take holds nobody up. */
import { StreamingGenerator, SyntheticGenerator, type Batch } from 'genesis-connect'
import { setTimeout as pause } from 'node:timers/promises'

const generator = await SyntheticGenerator.load('models/customers.json')
const streamer = new StreamingGenerator(generator)

/** Keeps the ids that it gets, and takes so long for a batch. */
function collector(name: string, ms: number) {
  const ids: unknown[] = []
  return {
    ids,
    async publish(batch: Batch): Promise<void> {
      await pause(ms)
      for (const { id } of batch) ids.push(id)
    },
    close: () => console.log(`${name} has ended`),
  }
}

const slow = collector('slow', 20)
const fast = collector('fast', 0)
const [ofSlow, ofFast] = await streamer.streamTo([slow, fast], { batchSize: 100, maxRecords: 1000 })
console.log(`${ofSlow.totalRecords} and ${ofFast.totalRecords} records`)
console.log(slow.ids.join() === fast.ids.join() ? 'the same ones' : 'different ones')
