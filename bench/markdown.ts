/** Formatting of figures, as in the tables of docs/benchmarks.md. */
import { loadavg } from 'node:os'

export const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`
export const thousands = (value: number): string => Math.round(value / 1000).toLocaleString('en') + ' k'
export const micros = (value: number): string => `${value.toFixed(2)} µs`
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n')
}

/** A line below a table whose figures depend on what else runs. */
export const load = (): string => `Load of the machine (1 min): ${loadavg()[0].toFixed(1)}.\n`

export function title(text: string): void {
  console.log(`${text}\n`)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]
}

/** Every case once, then all again, so that other load affects all of them alike. */
export async function interleaved<Case, Result>(
  rounds: number,
  cases: readonly Case[],
  once: (one: Case) => Result | Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = cases.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, one] of cases.entries()) results[index].push(await once(one))
  return results
}
