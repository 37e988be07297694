/** What a process uses, from proc(5). Linux only. */
import { readFile } from 'node:fs/promises'

/** CPU seconds it has used so far, in user and kernel mode; they are counted in hundredths. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export async function residentBytesOf(pid: number): Promise<number> {
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])
}
