import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { registryUrl } from '../support/registry.js'
import { RegistryDoor } from '../support/registry-door.js'
import { genesis } from '../support/genesis.js'
import type { Verdict } from './flow.js'
import { committedAbove, finishRun, genesisRun, writeRun } from './genesis-run.js'

/**
 * `genesis run` is started while the registry is down; it comes up, and records flow; it goes down again, and they still flow;
 * the worker is killed and started again without it; it comes back after `awayMs`, and the run ends.
 */
export async function registryDown(
  folder: string,
  name: string,
  awayMs = 0,
): Promise<Verdict & { readonly recoveryMs: number }> {
  const door = await RegistryDoor.before(registryUrl())
  const files = await writeRun(folder, {
    ...{ name, records: 6000, value: { format: 'avro' } },
  })
  const start = () => genesisRun(files, { SCHEMA_REGISTRY_URL: door.url })
  try {
    door.shut()
    let knocked = door.knocked()
    const first = start()
    await knocked
    door.open()
    const begin = performance.now()
    const early = await committedAbove(0, files, first)
    const recoveryMs = performance.now() - begin
    door.shut()
    const later = await committedAbove(early + 500, files, first)
    if (later <= early + 500) throw new Error('no records without the registry, though the schema was known')
    first.kill('SIGKILL')
    await once(first, 'exit')
    knocked = door.knocked()
    const second = start()
    await knocked
    await sleep(awayMs)
    door.open()
    await finishRun(second)
    const { stdout } = await genesis('verify', files.connector, '--worker', files.worker, '--json')
    const { found, missing, doubled, altered, foreign, uncovered, out_of_order } = JSON.parse(stdout) as Counts
    return {
      records: found,
      missing,
      doubled,
      altered: altered + foreign + uncovered,
      outOfOrder: out_of_order,
      recoveryMs,
    }
  } finally {
    door.close()
  }
}

type Counts = Readonly<
  Record<'found' | 'missing' | 'doubled' | 'altered' | 'foreign' | 'uncovered' | 'out_of_order', number>
>
