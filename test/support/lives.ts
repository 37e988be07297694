/** Models of entities that live, for tests, and what their records must be like. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModel } from '#src/model/load.js'
import type { Model } from '#src/model/model.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'

/** Columns that entities have in these tests, one of each kind of vector. */
const columns = {
  id: { kind: 'sequence', start: 0 },
  mail: { kind: 'email', missing: 0.2 },
  size: { values: ['S', 'M', 'L'] },
  price: { kind: 'decimal', min: 1, max: 100 },
}

export async function livesModel(lives: object, more: object = {}): Promise<Model> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-lives-'))
  try {
    const file = join(folder, 'things.yaml')
    await writeFile(file, JSON.stringify({ columns: { ...columns, ...more }, lives }))
    return await loadModel(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export function rowsAt(model: Model, from: number, count: number, options: GeneratorOptions = {}): Row[] {
  const generator = openGenerator(model, { capacity: count, ...options })
  generator.start(from)
  return toRows(generator.generate(count))
}

/** Rows by their entity, in their order. */
export function livesOf(rows: readonly Row[]): Map<unknown, Row[]> {
  const lives = new Map<unknown, Row[]>()
  for (const row of rows) lives.set(row.id, [...(lives.get(row.id) ?? []), row])
  return lives
}

interface Graph {
  readonly first?: string
  readonly states: Readonly<Record<string, object>>
}

/** Checks the history of one entity, from its first event to its last. */
export function assertLife(
  { states, first = Object.keys(states)[0] }: Graph,
  life: readonly Row[],
  isWhole = true,
): void {
  const nextOf = (state: unknown): string[] => {
    const { next = 'end' } = states[String(state)] as { next?: string | object }
    return typeof next === 'string' ? [next] : Object.keys(next)
  }
  assert.equal(life[0].state, first)
  for (const [index, row] of life.entries()) {
    if (index === 0) continue
    const before = life[index - 1]
    assert.ok(nextOf(before.state).includes(String(row.state)), `${String(before.state)} → ${String(row.state)}`)
    assert.ok(String(before.time) <= String(row.time), 'times ascend')
    for (const name of Object.keys(columns)) assert.equal(row[name], before[name], name)
  }
  if (isWhole) assert.ok(nextOf(life[life.length - 1].state).includes('end'), 'a life goes to its end')
}
