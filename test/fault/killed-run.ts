import type { ProducerClient } from '#src/kafka/create-producer.js'
import type { Verdict } from './flow.js'
import {
  committedAbove,
  finishRun,
  genesisRun,
  judgeLines,
  killAtRandom,
  writeRun,
  type RunFiles,
} from './genesis-run.js'

export interface KilledRun extends Verdict {
  readonly files: RunFiles
  /** How many records the topic had after each kill. */
  readonly counts: readonly number[]
  /** From the last start to the next records: mostly the start of the process. */
  readonly recoveryMs: number
}

/** `genesis run` gets SIGKILL at random moments while its records flow, and is started again each time. */
export async function killedRun(
  folder: string,
  { name, client, kills }: { readonly name: string; readonly client: ProducerClient; readonly kills: number },
): Promise<KilledRun> {
  const files = await writeRun(folder, {
    ...{ name, records: 600 * kills, value: { format: 'json' }, producer: { client } },
  })
  const counts = await killAtRandom(files, kills)
  const begin = performance.now()
  const last = genesisRun(files)
  await committedAbove(counts.at(-1) ?? 0, files, last)
  const recoveryMs = performance.now() - begin
  await finishRun(last)
  return { files, counts, recoveryMs, ...(await judgeLines(files)) }
}
