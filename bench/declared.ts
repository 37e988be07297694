/** Declared models on one core: rows as columns, and what expressions in them cost. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { interleaved, median } from './markdown.js'
import { timed } from './timed.js'

export interface DeclaredResult {
  readonly case: string
  /** Rows, or evaluations of an expression, per second of CPU time. */
  readonly perSecond: number
}

const capacity = 4096
const products = fileURLToPath(new URL('../../examples/shop/models/product.yaml', import.meta.url))

const inputs = {
  price: { distribution: 'log-normal', median: 20, spread: 2, min: 1, max: 500, scale: 2 },
  count: { kind: 'integer', min: 1, max: 9 },
  name: { values: ['saw', 'drill', 'hammer'] },
  at: { kind: 'timestamp', min: '2026-01-01', max: '2026-12-31' },
}
/** By kind: expressions of which each is evaluated for every row. */
const expressions = {
  'numbers: price * count - 3 and the like': [
    'price * count - 3',
    'price / count',
    'price * 0.19 + count',
    'abs(price - 100)',
    'count % 3',
  ],
  'conditions: price > 50 ? 1 : 2 and the like': [
    'price > 50 ? 1 : 2',
    'price > 20 && count < 4',
    'name == "saw" ? price : 0',
    'count in [1, 3, 5]',
    'at.getMonth() > 5',
  ],
  'texts: name + " XL" and the like': [
    'name + " XL"',
    'name.upperAscii()',
    'price > 50 ? name + " XL" : name',
    '"a " + name + ", or two"',
    'size(name)',
  ],
}

/** Medians of `rounds` rounds of about `millis` each. */
export async function benchDeclared({ rounds = 7, millis = 300 } = {}): Promise<DeclaredResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  try {
    const models = [products, await written(folder, 'inputs', [])]
    for (const [name, texts] of Object.entries(expressions)) models.push(await written(folder, name, texts))
    const lines = []
    for (const path of models) {
      const generator = openGenerator(await loadModel(path), { seed: 42, capacity })
      lines.push(() => generator.generate(capacity))
    }
    const once = (line: () => unknown): number => timed(line, capacity, millis).cpuMicros
    await interleaved(1, lines, once)
    const [row, bare, ...full] = (await interleaved(rounds, lines, once)).map(median)
    const each = Object.entries(expressions).map(([name, { length }], index) => ({
      case: name,
      perSecond: (length * 1e6) / (full[index] - bare),
    }))
    return [
      { case: 'rows of products: 4 columns', perSecond: 1e6 / row },
      { case: 'rows of 4 drawn columns', perSecond: 1e6 / bare },
      ...each,
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function written(folder: string, name: string, texts: readonly string[]): Promise<string> {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.yaml`)
  const computed = Object.fromEntries(texts.map((expression, index) => [`e${index}`, { expression }]))
  await writeFile(file, JSON.stringify({ name: 'bench', columns: { ...inputs, ...computed } }))
  return file
}
