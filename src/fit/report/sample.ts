import type { Value } from '../../record.js'
import type { Circuit } from '../../model/circuit.js'
import { writeModel } from '../../model/artifact-write.js'
import { parseModel } from '../../model/load.js'
import { openGenerator } from '../../model/open.js'
import { assembleModel } from '../assemble.js'
import { isNumeric, type LearnedColumn } from '../columns/plan.js'
import type { Prepared } from '../prepare.js'

/** Real or synthetic rows to compare, as columns of numbers. */
export interface Sample {
  readonly rows: number
  readonly columns: readonly SampleColumn[]
}

export interface SampleColumn {
  readonly name: string
  /** Whether its values are numbers, dates or times; otherwise they are categories. */
  readonly numeric: boolean
  /** Held numbers (NaN: missing), or indexes into `categories` (null: missing). */
  readonly values: Float64Array
  readonly categories: readonly Value[]
}

/** The indexes of categories, shared by samples of real and synthetic rows. */
export class Categories {
  private readonly indexes = new Map<string, Map<Value, number>>()

  indexOf(column: string, value: Value): number {
    let index = this.indexes.get(column)
    if (index === undefined) this.indexes.set(column, (index = new Map<Value, number>()))
    let category = index.get(value)
    if (category === undefined) index.set(value, (category = index.size))
    return category
  }

  of(column: string): Value[] {
    return [...(this.indexes.get(column)?.keys() ?? [])]
  }
}

/**
 * The learned columns of a plan, including those determined by others, but without those that follow an event time and those whose values
 * are made up with the people that they describe.
 */
export function learnedColumns({ planned, followers, casts }: Prepared): LearnedColumn[] {
  const left = new Set([
    ...followers.map(({ column }) => column.name),
    ...casts.flatMap(({ columns }) => columns.filter(({ measured }) => !measured).map(({ name }) => name)),
  ])
  return planned.filter((column): column is LearnedColumn => column.place === 'learned' && !left.has(column.name))
}

/** A sample of selected rows of the table. */
export function realSample(prepared: Prepared, selected: Uint32Array, categories: Categories): Sample {
  const columns = learnedColumns(prepared).map((column): SampleColumn => {
    const { name, raw, learned } = column
    const numeric = isNumeric(column)
    const numbers = learned.held.map((value) => asNumber(name, value, numeric, categories))
    const values = Float64Array.from(selected, (row) => numbers[raw.codes[row]])
    return { name, numeric, values, categories: categories.of(name) }
  })
  return { rows: selected.length, columns }
}

/** A sample of the model's rows, generated like any stream. */
export function syntheticSample(
  prepared: Prepared,
  circuit: Circuit,
  { rows, seed }: { rows: number; seed: number },
  categories: Categories,
): Sample {
  const learned = learnedColumns(prepared)
  const shown = { ...prepared, planned: learned.map((column) => ({ ...column, hidden: false })) }
  const artifact = assembleModel(shown, circuit, { name: 'sample', seed, report: null })
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'the model being fitted'), { seed })
  const values = learned.map(() => new Float64Array(rows))
  for (let done = 0; done < rows;) {
    const batch = generator.generate(Math.min(generator.capacity, rows - done))
    batch.vectors.forEach((vector, j) => {
      const { name } = learned[j]
      const numeric = isNumeric(learned[j])
      if (vector.kind === 'number') values[j].set(vector.values.subarray(0, batch.length), done)
      else if (vector.kind === 'dictionary') {
        const numbers = (batch.fields[j].dictionary ?? []).map((value) =>
          asNumber(name, value ?? null, numeric, categories),
        )
        for (let i = 0; i < batch.length; i++) values[j][done + i] = numbers[vector.codes[i]]
      }
    })
    done += batch.length
  }
  const columns = learned.map((column, j) => ({
    name: column.name,
    numeric: isNumeric(column),
    values: values[j],
    categories: categories.of(column.name),
  }))
  return { rows, columns }
}

function asNumber(column: string, value: Value, numeric: boolean, categories: Categories): number {
  if (!numeric) return categories.indexOf(column, value)
  return typeof value === 'number' ? value : NaN
}
