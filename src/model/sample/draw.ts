/**
 * The inner loops of sampling: one column of a block of rows at a time. Hot: written for the machine. Allocates nothing, and tosses the
 * coin of an alias table without a branch, because it cannot be predicted.
 */
import type { SymbolValues } from './symbols.js'

/** Draws out[to + i] from row rows[i] of an alias table, using the words starting at `at`. */
export function drawRows(
  table: Int32Array,
  bits: number,
  rows: Uint16Array,
  words: Int32Array,
  at: number,
  out: Uint16Array,
  to: number,
  count: number,
): void {
  const mask = (1 << bits) - 1
  for (let i = 0; i < count; i++) {
    const word = words[at + i]
    const slot = word & mask
    const entry = table[(rows[i] << bits) | slot]
    const own = ((word >>> bits) - (entry >>> bits)) >> 31
    const alias = entry & mask
    out[to + i] = alias ^ ((alias ^ slot) & own)
  }
}

/** Like `drawRows`, but the row is first[components[i]] + rows[i]. */
export function drawVariantRows(
  table: Int32Array,
  bits: number,
  first: Int32Array,
  components: Uint16Array,
  rows: Uint16Array,
  words: Int32Array,
  at: number,
  out: Uint16Array,
  to: number,
  count: number,
): void {
  const mask = (1 << bits) - 1
  for (let i = 0; i < count; i++) {
    const word = words[at + i]
    const slot = word & mask
    const entry = table[((first[components[i]] + rows[i]) << bits) | slot]
    const own = ((word >>> bits) - (entry >>> bits)) >> 31
    const alias = entry & mask
    out[to + i] = alias ^ ((alias ^ slot) & own)
  }
}

const unit32 = 2 ** -32
const unit53 = 2 ** -53

/** Draws numbers for symbols with few grid values: one word each, starting at `at`. */
export function drawNarrow(
  { low, extent, grain }: SymbolValues,
  symbols: Uint16Array,
  words: Int32Array,
  at: number,
  values: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[to + i]
    values[to + i] = low[symbol] + Math.floor((words[at + i] >>> 0) * unit32 * extent[symbol]) * grain
  }
}

/** Draws numbers for symbols with many grid values: two words each, starting at `at` and `next`. */
export function drawWide(
  { low, extent, grain }: SymbolValues,
  symbols: Uint16Array,
  words: Int32Array,
  at: number,
  next: number,
  values: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[to + i]
    const unit = ((words[at + i] >>> 5) * 0x4000000 + (words[next + i] >>> 6)) * unit53
    // The product may round up to the count itself.
    const step = Math.min(Math.floor(unit * extent[symbol]), extent[symbol] - 1)
    values[to + i] = low[symbol] + step * grain
  }
}

/** Draws reals for symbols: two words each, starting at `at` and `next`. */
export function drawReal(
  { low, extent }: SymbolValues,
  symbols: Uint16Array,
  words: Int32Array,
  at: number,
  next: number,
  values: Float64Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const symbol = symbols[to + i]
    const from = low[symbol]
    const end = extent[symbol]
    const unit = ((words[at + i] >>> 5) * 0x4000000 + (words[next + i] >>> 6)) * unit53
    const value = from + unit * (end - from)
    // Rounding may produce the exclusive end.
    values[to + i] = value < end ? value : from
  }
}

/** Divides numbers drawn on a grid of integers. */
export function divide(values: Float64Array, divisor: number, to: number, count: number): void {
  for (let i = to; i < to + count; i++) values[i] /= divisor
}

/** Converts symbols to the codes they belong to. */
export function toCodes(codes: Uint16Array, symbols: Uint16Array, to: number, count: number): void {
  for (let i = to; i < to + count; i++) symbols[i] = codes[symbols[i]]
}
