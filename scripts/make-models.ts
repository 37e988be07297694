/**
 * Rebuilds the shipped models, byte for byte: models/customers.json and orders.json from the tables of make-customers and
 * make-orders, models/flights.json from the flights of vega-datasets (US domestic flights of 2001, from the Bureau of Transportation Statistics).
 *
 *     npm run model [-- customers|orders|flights]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fitCommand } from '#src/cli/fit.js'

const here = dirname(fileURLToPath(import.meta.url))
const models = join(here, '../../models')
const folder = mkdtempSync(join(tmpdir(), 'genesis-models-'))
const only = process.argv[2]

async function fit(table: string, model: string, ...flags: string[]): Promise<void> {
  process.stderr.write(`\nmodels/${model}.json\n`)
  await fitCommand().parseAsync([table, '--out', join(models, `${model}.json`), '--seed', '1', ...flags], {
    from: 'user',
  })
}

try {
  if (only === undefined || only === 'customers') {
    const table = join(folder, 'customers.csv')
    execFileSync(process.execPath, [join(here, 'make-customers.js'), table])
    await fit(table, 'customers', '--hidden', '32')
  }
  if (only === undefined || only === 'orders') {
    const table = join(folder, 'orders.csv')
    execFileSync(process.execPath, [join(here, 'make-orders.js'), table])
    await fit(table, 'orders', '--hidden', '16', '--columns', join(models, 'orders.yaml'))
  }
  if (only === undefined || only === 'flights') {
    const data = dirname(dirname(createRequire(import.meta.url).resolve('vega-datasets')))
    await fit(join(data, 'data/flights-3m.parquet'), 'flights', '--hidden', '64', '--sample', '60000')
  }
} finally {
  rmSync(folder, { recursive: true })
}
