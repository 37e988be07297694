/** A sink whose capacity changes, in simulated time: what an adaptive rate is tried on. */
import type { Pacer } from '#src/pacing/pacer.js'
import { randomNumbers } from './models.js'

export interface Plant {
  /** Records a second that the sink can take, at a time in ms. */
  readonly capacity: (ms: number) => number
  /** Milliseconds that an acknowledgement takes when nothing has queued up; half as much again by chance. */
  readonly baseLatencyMs: number
  readonly lengthMs: number
  readonly seed: number
}

export interface PlantSample {
  readonly ms: number
  readonly capacity: number
  /** Records a second that were let go, over the last 100 ms. */
  readonly granted: number
  /** The longest latency that was acknowledged in the last 100 ms; 0 if none was. */
  readonly latencyMs: number
}

/** A queue in front of one server, a millisecond at a time; a sample every 100 ms. */
export function runPlant(pacer: Pacer, { capacity, baseLatencyMs, lengthMs, seed }: Plant): PlantSample[] {
  const random = randomNumbers(seed)
  const queue: { at: number; records: number; left: number }[] = []
  const onTheWay: { at: number; records: number; sentAt: number }[] = []
  const samples: PlantSample[] = []
  let granted = 0
  let latencyMs = 0
  pacer.start(0)
  for (let now = 0; now < lengthMs; now++) {
    const records = pacer.grant(1_000_000, now)
    granted += records
    if (records > 0) queue.push({ at: now, records, left: records })
    let able = capacity(now) / 1000
    while (queue.length > 0 && able > 0) {
      const taken = Math.min(queue[0].left, able)
      able -= taken
      queue[0].left -= taken
      if (queue[0].left > 1e-9) break
      const done = queue.shift()
      if (done !== undefined) {
        onTheWay.push({ at: now + baseLatencyMs * (1 + random() / 2), records: done.records, sentAt: done.at })
      }
    }
    onTheWay.sort((a, b) => a.at - b.at)
    while (onTheWay.length > 0 && onTheWay[0].at <= now) {
      const { records: acknowledged, sentAt } = onTheWay.shift() ?? { records: 0, sentAt: now }
      pacer.acknowledged?.(acknowledged, now - sentAt, now)
      latencyMs = Math.max(latencyMs, now - sentAt)
    }
    if (now % 100 === 99) {
      samples.push({ ms: now, capacity: capacity(now), granted: granted * 10, latencyMs })
      granted = latencyMs = 0
    }
  }
  return samples
}
