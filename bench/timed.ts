export interface Timed {
  readonly perSecond: number
  /** CPU time of the process for each, in microseconds. */
  readonly cpuMicros: number
}

/** Calls `work` again and again for about `millis`; every call makes `count` of what is measured. */
export function timed(work: () => unknown, count: number, millis: number): Timed {
  const began = performance.now()
  const cpu = process.cpuUsage()
  let made = 0
  for (; performance.now() - began < millis; made += count) work()
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: (made / (performance.now() - began)) * 1000, cpuMicros: (user + system) / made }
}
