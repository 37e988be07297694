/** Records per second over the last ten seconds, or since the last change if that is longer ago. */
export class RateMeter {
  readonly #samples: { readonly time: number; readonly records: number }[] = []

  /** `records`: total delivered until `now` (ms). */
  record(records: number, now: number): void {
    const samples = this.#samples
    // Many tasks report at once: one sample per moment.
    if (samples.length > 2 && now - samples[samples.length - 2].time < momentMs) samples.pop()
    samples.push({ time: now, records })
    while (samples.length > 2 && samples[1].time < now - windowMs) samples.shift()
  }

  /** 0 until there is something to compare. */
  rate(now: number): number {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || now <= first.time) return 0
    return ((last.records - first.records) * 1000) / (now - first.time)
  }
}

const windowMs = 10_000
const momentMs = 100
