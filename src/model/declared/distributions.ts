/**
 * Distributions as symbols and weights. Numbers are split into narrow bins and are uniform within each, so conditions on them are exact.
 * Uses only + − × ÷ and square roots, whose results are the same on every machine.
 */
import type { Symbol } from '../artifact.js'
import type { Distribution } from './draft.js'

/** Up to this many values get a weight each; more are split into this many bins. */
const maxSymbols = 1024
/** An unbounded distribution is cut off this many standard deviations from the mean. */
const maxDeviations = 6

export interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** The grid that values lie on: multiples of 1 in the held form, or reals. */
export interface DeclaredGrid {
  /** Held units per 1: 100 for two decimals. */
  readonly unit: number
  readonly isReal: boolean
}

/** A normal distribution, cut off at six deviations and at the bounds, both inclusive. Null: no value lies between them. */
export function normal(mean: number, deviation: number, bounds: Bounds, grid: DeclaredGrid): Distribution | null {
  const edges = steps(
    mean - maxDeviations * deviation,
    mean + maxDeviations * deviation,
    bounds,
    (from, to, share) => from + (to - from) * share,
  )
  return binned(edges, (x) => normalShare((x - mean) / deviation), grid)
}

/** Numbers whose logarithm is normal. About two in three lie between median ÷ spread and median × spread. */
export function logNormal(median: number, spread: number, bounds: Bounds, grid: DeclaredGrid): Distribution | null {
  const sigma = logarithm(spread)
  const low = median * exponential(-maxDeviations * sigma)
  const high = median * exponential(maxDeviations * sigma)
  const between = (from: number, to: number, share: number): number => from * exponential(share * logarithm(to / from))
  const edges = steps(low, high, { ...bounds, min: Math.max(low, bounds.min ?? low) }, between)
  return binned(edges, (x) => (x <= 0 ? 0 : normalShare(logarithm(x / median) / sigma)), grid)
}

/** An exponential distribution, cut off at sixteen means and at the bounds. */
export function decaying(mean: number, bounds: Bounds, grid: DeclaredGrid): Distribution | null {
  const edges = steps(0, 16 * mean, bounds, (from, to, share) => from + (to - from) * share * share)
  return binned(edges, (x) => (x <= 0 ? 0 : 1 - exponential(-x / mean)), grid)
}

/** The weights of ranks 1 to `among`: rank^-exponent. */
export function zipfWeights(among: number, exponent: number): number[] {
  return Array.from({ length: among }, (_, index) => exponential(-exponent * logarithm(index + 1)))
}

/** Numbers that are uniform within each part [from, to, weight]. On a grid, both ends are inclusive. */
export function histogram(
  parts: readonly (readonly [from: number, to: number, weight: number])[],
  { unit, isReal }: DeclaredGrid,
): Distribution {
  const symbols = parts.map(([from, to]): Symbol => {
    const [low, high] = isReal ? [from, to] : [Math.ceil(from * unit), Math.floor(to * unit)]
    return low === high ? low : [low, high]
  })
  return { symbols, weights: parts.map(([, , weight]) => weight), grain: isReal ? 0 : 1 }
}

/** The given number of bin edges, from the lowest value to the highest within the bounds. */
function steps(
  low: number,
  high: number,
  { min = low, max = high }: Bounds,
  between: (from: number, to: number, share: number) => number,
): number[] {
  const [from, to] = [Math.max(low, min), Math.min(high, max)]
  if (!(from < to)) return from === to ? [from] : []
  return Array.from({ length: maxSymbols + 1 }, (_, index) =>
    index === maxSymbols ? to : between(from, to, index / maxSymbols),
  )
}

/** `edges`: ascending; `share`: the cumulative distribution, which is the share of values below a number. */
function binned(
  edges: readonly number[],
  share: (x: number) => number,
  { unit, isReal }: DeclaredGrid,
): Distribution | null {
  if (edges.length === 0) return null
  const [first, last] = [edges[0], edges[edges.length - 1]]
  const symbols: Symbol[] = []
  const weights: number[] = []
  const add = (symbol: Symbol, weight: number): void => {
    if (!(weight > 0)) return
    symbols.push(symbol)
    weights.push(weight)
  }
  if (isReal) {
    for (let i = 1; i < edges.length; i++)
      if (edges[i] > edges[i - 1]) add([edges[i - 1], edges[i]], share(edges[i]) - share(edges[i - 1]))
  } else {
    // A grid value represents all numbers that round to it.
    const [low, high] = [Math.ceil(first * unit), Math.floor(last * unit)]
    const starts =
      high - low < maxSymbols
        ? Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index)
        : [...new Set(edges.slice(0, -1).map((edge) => Math.max(low, Math.ceil(edge * unit))))].filter(
            (start) => start <= high,
          )
    starts.forEach((start, index) => {
      const end = index + 1 < starts.length ? starts[index + 1] - 1 : high
      add(start === end ? start : [start, end], share((end + 0.5) / unit) - share((start - 0.5) / unit))
    })
  }
  return symbols.length === 0 ? null : { symbols, weights, grain: isReal ? 0 : 1 }
}

/** The standard normal cumulative distribution at x: Marsaglia, "Evaluating the normal distribution" (2004). */
function normalShare(x: number): number {
  if (x < -8) return 0
  if (x > 8) return 1
  let sum = x
  let term = x
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + sum * exponential(-0.5 * x * x) * inverseRoot2Pi
}

const inverseRoot2Pi = 0.3989422804014327
const ln2 = 0.6931471805599453

/** e^x, by halving x and a series. */
export function exponential(x: number): number {
  const power = Math.round(x / ln2)
  const rest = x - power * ln2
  let sum = 1
  let term = 1
  for (let i = 1; sum + term !== sum || i < 3; i++) {
    term *= rest / i
    sum += term
  }
  return scaled(sum, power)
}

/** ln x for x above 0, by 2 artanh((m − 1) ÷ (m + 1)) of its mantissa m. */
export function logarithm(x: number): number {
  let mantissa = x
  let power = 0
  for (; mantissa >= 1.5; power++) mantissa /= 2
  for (; mantissa < 0.75; power--) mantissa *= 2
  const ratio = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  let term = ratio
  for (let i = 1; sum + term / i !== sum; i += 2) {
    sum += term / i
    term *= ratio * ratio
  }
  return 2 * sum + power * ln2
}

function scaled(x: number, power: number): number {
  let value = x
  for (let i = Math.abs(power); i > 0; i--) value = power > 0 ? value * 2 : value / 2
  return value
}
