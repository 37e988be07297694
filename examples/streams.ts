/** Node and Web streams: rows through a pipeline. */
import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'
import { pipeline } from 'node:stream/promises'
import type { Customers } from './customers.js'

const streamer = new StreamingGenerator(await SyntheticGenerator.load<Customers>('models/customers.json'))

const regions = new Map<string, number>()
await pipeline(streamer.readable({ maxRecords: 1000 }), async (rows: AsyncIterable<Customers>) => {
  for await (const { region } of rows) regions.set(region, (regions.get(region) ?? 0) + 1)
})
console.log([...regions].map(([region, count]) => `${region} ${count}`).join(', '))

let names = 0
for await (const { name } of streamer.webReadable({ maxRecords: 10 })) if (name !== '') names++
console.log(`${names} names`)
