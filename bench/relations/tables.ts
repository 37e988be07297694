/** Tables with relations: real ones shipped with vega-datasets, and three synthetic ones. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { TrainingRandom } from '#src/fit/random.js'
import type { Cell } from '#src/fit/table/table.js'

export type TableRow = Record<string, Cell>

const data = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data')

export const tables: Record<string, () => TableRow[]> = {
  flights: () => json('flights-20k.json'),
  stocks: () => csv('sp500-2000.csv'),
  movies: () => json('movies.json'),
  weather: () => csv('seattle-weather.csv'),
  birdstrikes: () => csv('birdstrikes.csv'),
  books,
  shop,
  hires,
}

function json(file: string): TableRow[] {
  return JSON.parse(readFileSync(join(data, file), 'utf8')) as TableRow[]
}

function csv(file: string): TableRow[] {
  const records = parse<Record<string, string>>(readFileSync(join(data, file)), { columns: true })
  return records.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, text]) => [key, text === '' ? null : text])),
  )
}

const day = 86_400_000

function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Invoices: net, tax, total; due dates; payments and their dates. */
function books(): TableRow[] {
  const random = new TrainingRandom(11)
  return Array.from({ length: 8000 }, () => {
    const net = Math.round(100 * Math.exp(3 + 4 * random.uniform() * random.uniform()))
    const rate = [0, 7, 19, 19, 19][random.below(5)]
    const tax = Math.round((net * rate) / 100)
    const issued = Date.UTC(2023, 0, 2) + 7 * day * random.below(100) + day * random.below(5)
    const open = random.uniform() < 0.15
    const partly = random.uniform() < 0.1
    const paid = open ? 0 : partly ? Math.round((net + tax) * random.uniform()) : net + tax
    return {
      issued: date(issued),
      due: date(issued + day * [14, 30, 30, 60][random.below(4)]),
      paid_on: open ? null : date(issued + day * random.below(70)),
      net: (net / 100).toFixed(2),
      tax_rate: rate,
      tax: (tax / 100).toFixed(2),
      total: ((net + tax) / 100).toFixed(2),
      paid: (paid / 100).toFixed(2),
      balance: ((net + tax - paid) / 100).toFixed(2),
    }
  })
}

/** Orders: totals to the cent, consecutive times, and returns with a reason. */
function shop(): TableRow[] {
  const random = new TrainingRandom(12)
  const cities = Array.from({ length: 60 }, (_, i) => ({ city: `city ${i}`, state: `state ${(i * 7) % 23}` }))
  return Array.from({ length: 10_000 }, () => {
    const ordered = Date.UTC(2024, 0, 1) + Math.floor(300 * day * random.uniform() ** 0.8)
    const shipped = random.uniform() < 0.06 ? null : ordered + Math.floor(3_600_000 * (2 + 90 * random.uniform() ** 2))
    const delivered =
      shipped === null || random.uniform() < 0.04 ? null : shipped + Math.floor(day * (1 + 4 * random.uniform()))
    const quantity = 1 + Math.floor(8 * random.uniform() ** 4)
    const price = 499 + 100 * random.below(80) + 50 * random.below(2)
    const discount = [0, 0, 0, 5, 10, 25][random.below(6)]
    const amount = Math.round((quantity * price * (100 - discount)) / 100)
    const shipping = amount > 5000 ? 0 : [390, 590][random.below(2)]
    const returned = delivered !== null && random.uniform() < 0.12
    const place = cities[random.below(60)]
    return {
      ordered_at: new Date(ordered).toISOString(),
      shipped_at: shipped === null ? null : new Date(shipped).toISOString(),
      delivered_on: delivered === null ? null : date(delivered),
      hour: new Date(ordered).getUTCHours(),
      weekday: new Date(ordered).getUTCDay(),
      ...place,
      quantity,
      price: (price / 100).toFixed(2),
      discount: (discount / 100).toFixed(2),
      amount: (amount / 100).toFixed(2),
      shipping: (shipping / 100).toFixed(2),
      total: ((amount + shipping) / 100).toFixed(2),
      return_reason: returned ? ['size', 'broken', 'other'][random.below(3)] : null,
      refund: returned ? ((amount * (1 + random.below(2))) / 200).toFixed(2) : null,
    }
  })
}

/** Bicycle hires: opening hours, quarter-hours, days begun, and payments. */
function hires(): TableRow[] {
  const random = new TrainingRandom(13)
  const prices = { city: 12, trekking: 16, 'e-bike': 28, cargo: 35, kids: 8 }
  const types = Object.keys(prices) as (keyof typeof prices)[]
  const quarter = day / 96
  const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
  return Array.from({ length: 5000 }, () => {
    let opened = Date.UTC(2023, 2, 1) + day * random.below(600)
    // Most Sundays are quiet.
    if (new Date(opened).getUTCDay() === 0 && random.uniform() < 0.7) opened += day
    const from = opened + day / 3 + quarter * random.below(1 + random.below(44))
    const end = opened + day * [0, 1, 1, 2, 2, 3, 4, 5, 7, 10][random.below(10)] + day / 3 + quarter * random.below(44)
    const to = end > from ? end : from + quarter * (1 + random.below(4))
    const type = types[random.below(1 + random.below(5))]
    const days = Math.ceil((to - from) / day)
    const discount = [0, 0, 0, 0, 5, 10, 20][random.below(7)]
    return {
      bike_type: type,
      picked_up: local(from),
      returned: local(to),
      days,
      price_per_day: prices[type].toFixed(2),
      discount: (discount / 100).toFixed(2),
      total: ((days * prices[type] * (100 - discount)) / 100).toFixed(2),
      paid_at: random.uniform() < 0.07 ? null : date(to + (random.uniform() < 0.7 ? 0 : day * random.below(15))),
    }
  })
}
