/** Relations: orders refer to customers who exist, and copy of them what they need. Nothing of the customers is stored. */
import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'

const customers = await SyntheticGenerator.load('models/customers.json')
const orders = await SyntheticGenerator.load('models/orders.json')

const references = [
  {
    column: 'customer_id',
    generator: customers,
    key: 'id',
    seed: 3,
    among: 1000,
    skew: 'zipf', // a few order most
    copy: { customer_segment: 'segment', customer_region: 'region' },
  },
] as const

const ordersOf = new Map<unknown, number>()
let total = 0
for await (const batch of new StreamingGenerator(orders).stream({ references, maxRecords: 10_000 })) {
  for (const { customer_id: customer } of batch) {
    ordersOf.set(customer, (ordersOf.get(customer) ?? 0) + 1)
    total++
  }
}
const most = Math.max(...ordersOf.values())
console.log(`${total} orders of ${ordersOf.size} customers; ${most} are of one of them`)

// A customer is the same one in a stream of customers.
const [first] = customers.sample(1, { seed: 3 })
console.log(`customer ${String(first.id)} is ${String(first.segment)}, in orders too`)
