/**
 * Writes the training table of models/orders.json: invented orders, as CSV to stdout or a file. It does not cover who orders or
 * when: examples/orders takes customers from another stream, and models/orders.yaml has a rate by day and night.
 *
 *     node build/scripts/make-orders.js [FILE]
 *
 * Dependencies:
 *   channel   independent; phone orders are dying out
 *   category  depends on channel
 *   items     depends on category; large numbers are rare
 *   amount    depends on category and items; heavy right tail
 *   payment   depends on channel and amount
 *   status    depends on payment; expensive orders are returned more often
 */
import { writeFileSync } from 'node:fs'
import { TrainingRandom } from '#src/fit/random.js'

const rows = 12_000
const random = new TrainingRandom(20_260_201)

const channels = { web: 0.55, app: 0.36, phone: 0.09 }
type Channel = keyof typeof channels
const categories = {
  web: { books: 0.3, garden: 0.2, kitchen: 0.28, toys: 0.22 },
  app: { books: 0.24, garden: 0.12, kitchen: 0.24, toys: 0.4 },
  phone: { books: 0.12, garden: 0.62, kitchen: 0.2, toys: 0.06 },
}
type Category = keyof typeof categories.web
const prices: Record<Category, number> = { books: 14, garden: 39, kitchen: 55, toys: 22 }
const more: Record<Category, number> = { books: 0.45, garden: 0.3, kitchen: 0.2, toys: 0.35 }
const payments: Record<Channel, Record<string, number>> = {
  web: { card: 0.6, invoice: 0.16, wallet: 0.24 },
  app: { card: 0.34, invoice: 0.04, wallet: 0.62 },
  phone: { card: 0.2, invoice: 0.8, wallet: 0 },
}

function weighted<Name extends string>(weights: Record<Name, number>): Name {
  const entries = Object.entries(weights) as [Name, number][]
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) if ((left -= weight) < 0) return name
  return entries[entries.length - 1][0]
}

/** At least 1, mean 2: a product of uniforms, identical on every machine. */
function spread(): number {
  return 1 / (1 - 0.9 * random.uniform() * random.uniform())
}

function order(): (string | number)[] {
  const channel = weighted(channels)
  const category = weighted(categories[channel])
  let items = 1
  while (items < 12 && random.uniform() < more[category]) items++
  const amount = prices[category] * spread() * (0.6 + 0.4 * items)
  const payment = weighted(amount > 250 ? { ...payments[channel], card: 0.9 } : payments[channel])
  const back = (payment === 'invoice' ? 0.12 : 0.05) + Math.min(0.15, amount / 2000)
  const status = random.uniform() < back ? 'returned' : random.uniform() < 0.04 ? 'cancelled' : 'delivered'
  return [channel, category, items, amount.toFixed(2), payment, status]
}

const header = 'channel,category,items,amount,payment,status'
const text = `${[header, ...Array.from({ length: rows }, () => order().join(','))].join('\n')}\n`
const file = process.argv[2]
if (file === undefined) process.stdout.write(text)
else writeFileSync(file, text)
