import type { CodedTable } from '../model/circuit.js'
import { storedNumbers } from './circuit-tables.js'
import { fitsInMemory, run, type RunOptions, type RunResult } from './run.js'
import { dividedTable, someRows } from './table-parts.js'

/** A number of hidden states that was tried, and its held-out log-likelihood in nats per row. */
export interface StatesCandidate {
  readonly states: number
  readonly heldOut: number
}

export interface ShortRun extends RunResult {
  /** Rows it was trained on. */
  readonly rows: number
}

export interface Choice {
  readonly states: number
  readonly candidates: readonly StatesCandidate[]
  /** The short run of the chosen size, for the long one to continue; null if there was none, or it completed no epoch. */
  readonly short: ShortRun | null
}

const sizes = [16, 32, 64, 128]
/** Epochs of a short run. */
export const shortEpochs = 5
/** Maximum number of rows used in a short run. */
const maxRows = 60_000
/** Minimum number of rows per state for a size to be tried. */
const minRowsPerState = 16
/** Numbers in a model file of about a megabyte (circuit-tables.ts), which is what a ConfigMap holds. */
const modestNumbers = 375_000
/** Doubling the states quadruples the work, which is worth it if held-out rows become 4 % likelier. */
const minGain = 0.04

/**
 * Chooses H by short runs, starting from the smallest size and doubling while that is worth it. Without held-out rows, a tenth of the
 * table is held out for the choice. A size that would take more than a megabyte, and more numbers than the table has values, is not tried.
 * Aborting returns the best choice so far.
 */
export async function chooseStates(
  table: CodedTable,
  heldOut: CodedTable | undefined,
  options: (states: number) => RunOptions,
): Promise<Choice> {
  const modest = Math.max(modestNumbers, table.rows * table.sizes.length)
  const tried = sizes.filter((states) => {
    const { parent } = options(states)
    return states * minRowsPerState <= table.rows && storedNumbers(parent, table.sizes, states) <= modest
  })
  if (tried.length < 2) return { states: sizes[0], candidates: [], short: null }
  const parts = heldOut === undefined ? dividedTable(table, 10) : { table, heldOut }
  const trained = someRows(parts.table, maxRows)
  const candidates: StatesCandidate[] = []
  let chosen = sizes[0]
  let kept: ShortRun | null = null
  for (const states of tried) {
    const before = candidates.at(-1)
    const short: RunOptions = {
      ...{ ...options(states), table: trained, heldOut: parts.heldOut },
      // On other rows, the long run does not go on from it.
      ...(trained !== table && { copyAfter: 0 }),
      // The last size only has to be good enough.
      ...(before !== undefined && states === tried.at(-1) && { enough: { from: before.heldOut, by: minGain } }),
    }
    if (!fitsInMemory(short)) break
    const result = await run(short)
    if (result.epoch === null) break
    const reached = result.epoch.heldOut ?? result.epoch.train
    candidates.push({ states, heldOut: reached })
    if (before !== undefined && reached - before.heldOut < minGain) break
    chosen = states
    kept = { ...result, rows: trained.rows }
    if (short.signal?.aborted === true) break
  }
  return { states: chosen, candidates, short: kept }
}
