/** Conditions: every record satisfies them, as fast as without, and the other columns follow. */
import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'
import type { Customers } from './customers.js'

const generator = await SyntheticGenerator.load<Customers>('models/customers.json')
const conditions = { segment: 'premium', lifetime_value: ['>', 10_000] }
console.log(`one record in ${(1 / generator.probability(conditions)).toFixed(0)} is like that`)

let count = 0
let least = Infinity
for await (const batch of new StreamingGenerator(generator).stream({ conditions, maxRecords: 10_000 })) {
  for (const customer of batch) {
    if (customer.segment === 'premium') count++
    least = Math.min(least, customer.lifetime_value)
  }
}
console.log(`${count} premium customers, none with a value below ${Math.floor(least / 1000) * 1000}`)
