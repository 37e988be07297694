/** Which numbers of a text are its hour, minute, second and fraction. */
import type { Role, Slot } from './slots.js'

/** The positions of a time of day: numbers separated by colons (or an h), the last ones if a year precedes them; or T and six digits. */
export function timeSlots(slots: readonly Slot[], free: readonly number[], has12: boolean): Map<number, Role> {
  const roles = new Map<number, Role>()
  const joined = (a: number, b: number): boolean => {
    if (b - a < 2) return false
    const between = slots
      .slice(a + 1, b)
      .map(({ constant }) => constant ?? '?')
      .join('')
    return (
      /^(:|h|H|時|时|시)$/.test(between) ||
      (/^\.$/.test(between) && slots[b + 1]?.constant === ' ' && /^uhr$/i.test(slots[b + 2]?.constant ?? ''))
    )
  }
  let run: number[] = []
  let best: number[] = []
  for (const at of free) {
    run = run.length > 0 && joined(run[run.length - 1], at) ? [...run, at] : [at]
    if (run.length > best.length) best = run
  }
  if (best.length >= 2) {
    const from = best.length === 4 ? 1 : 0
    const names: Role[] = ['hour', 'minute', 'second']
    best.slice(from).forEach((at, i) => roles.set(at, names[i]))
    const last = best[best.length - 1]
    const behind = free[free.indexOf(last) + 1]
    if (best.length - from === 3 && behind === last + 2 && /^[.,]$/.test(slots[last + 1].constant ?? ''))
      roles.set(behind, 'fraction')
    return roles
  }
  const dotted = dottedTime(slots, free)
  if (dotted.size > 0) return dotted
  // 8 PM, without minutes, is handled elsewhere.
  if (has12) return roles
  for (const at of free) {
    const { shortest, longest } = slots[at]
    const afterT =
      /^[T ]$/.test(slots[at - 1]?.constant ?? '') && slots[at - 2]?.kind === 'digits' && slots[at - 2].longest === 8
    if (afterT && shortest === longest && (longest === 6 || longest === 4)) {
      roles.set(at, 'compact time')
      const behind = free[free.indexOf(at) + 1]
      if (behind === at + 2 && slots[at + 1].constant === '.' && longest === 6) roles.set(behind, 'fraction')
    }
  }
  return roles
}

/** Times such as 23.40.31 after a date, as written by Oracle and DB2. */
function dottedTime(slots: readonly Slot[], free: readonly number[]): Map<number, Role> {
  const roles = new Map<number, Role>()
  const names: Role[] = ['hour', 'minute', 'second', 'fraction']
  const from = free.findIndex((at, i) =>
    [1, 2].every((step) => free[i + step] === at + 2 * step && slots[at + 2 * step - 1].constant === '.'),
  )
  // The date before it has its own numbers, or a month's name.
  const hasDate = from >= 3 || (from === 2 && slots.slice(0, free[2]).some(({ kind }) => kind === 'letters'))
  if (!hasDate) return roles
  for (let i = 0; i < 4 && free[from + i] === free[from] + 2 * i; i++) roles.set(free[from + i], names[i])
  return roles
}
