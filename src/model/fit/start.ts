import type { Layout } from './layout.js'
import type { TrainingRandom } from './random.js'
import type { Smoothing } from './maximization.js'

/** Writes random starting parameters, and averages that agree with them. */
export function start(
  layout: Layout,
  parent: readonly number[],
  states: number,
  { marginals }: Smoothing,
  random: TrainingRandom,
): void {
  const { width, parameters, transposed, average } = layout
  for (let z = 0; z < states; z++) parameters.prior[z] = average.prior[z] = 1 / states
  parent.forEach((above, node) => {
    const emission = parameters.emissions[node]
    for (let z = 0; z < states; z++) {
      const weights = Array.from(marginals[node], (p) => p * spread(random))
      const sum = weights.reduce((total, w) => total + w, 0)
      weights.forEach((w, symbol) => (emission[symbol * width + z] = w / sum))
    }
    scaled(average.emissions[node], emission, 1 / states)
    if (above < 0) return
    const transition = parameters.transitions[node]
    for (let from = 0; from < states; from++) {
      const weights = Array.from({ length: states }, () => spread(random))
      const sum = weights.reduce((total, w) => total + w, 0)
      weights.forEach((w, to) => {
        transition[from * width + to] = transposed[node][to * width + from] = w / sum
      })
    }
    scaled(average.transitions[node], transition, 1 / states)
  })
}

/** A positive factor of mean 1: exponential, with a floor so that no start is final. */
function spread(random: TrainingRandom): number {
  return 0.05 - 0.95 * Math.log(random.uniform())
}

function scaled(target: Float32Array, source: Float32Array, factor: number): void {
  for (let i = 0; i < source.length; i++) target[i] = source[i] * factor
}
