/**
 * Runs every fault scenario on three brokers and prints the table: `node build/scripts/fault.js [part of a name …]`. Its exit
 * status is 0 if every verdict is what was promised.
 */
import { arch, cpus, platform, totalmem } from 'node:os'
import { javaAgrees } from '../test/fault/java-reader.js'
import { runScenario, scenarios } from '../test/fault/scenarios.js'
import type { Contender, Result } from '../test/fault/scenarios.js'
import { KafkaCluster } from '../test/support/kafka-cluster.js'
import { untilInterrupted } from './interrupt.js'
import { works } from './stack/command.js'
import { kafkaImage } from './stack/stack.js'

const names: Record<Contender, string> = {
  wire: 'wire',
  'wire-v1': 'wire, transactions v1',
  kafkajs: 'kafkajs',
}

async function main(): Promise<boolean> {
  const wanted = process.argv.slice(2)
  const signal = untilInterrupted()
  const java = await works('docker', 'image', 'inspect', kafkaImage)
  console.log(`${cpus().length} × ${cpus()[0].model}, ${platform()} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GB`)
  console.log('| scenario | producer | records | missing | doubled | altered | out of order | Java agrees | recovery |')
  console.log('|---|---|---:|---:|---:|---:|---:|---|---:|')
  const cluster = await KafkaCluster.start(signal)
  let kept = true
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('interrupted')))
  })
  aborted.catch(() => {})
  try {
    for (const contender of ['wire', 'kafkajs', 'wire-v1'] as const) {
      if (contender === 'wire-v1') await cluster.setTransactionVersion(1)
      for (const scenario of scenarios) {
        if (!scenario.contenders.includes(contender)) continue
        if (wanted.length > 0 && !wanted.some((part) => scenario.name.includes(part))) continue
        const result = await Promise.race([runScenario(cluster, scenario, contender), aborted])
        const exact = scenario.delivery !== 'at-least-once'
        const agrees = java && exact ? await javaAgrees(cluster.options.brokers, result.topic, result.delivered) : null
        console.log(row(result, agrees))
        const lost = result.missing + result.altered
        kept &&= lost === 0 && agrees !== false && (!exact || result.doubled + result.outOfOrder === 0)
      }
    }
  } finally {
    await cluster.stop()
  }
  return kept
}

function row(result: Result, agrees: boolean | null): string {
  const { scenario, contender, records, missing, doubled, altered, outOfOrder, recoveryMs } = result
  const java = agrees === null ? '–' : agrees ? 'yes' : 'NO'
  const recovery = recoveryMs === 0 ? '–' : `${(recoveryMs / 1000).toFixed(2)} s`
  return `| ${[scenario, names[contender], records, missing, doubled, altered, outOfOrder, java, recovery].join(' | ')} |`
}

main().then(
  (kept) => {
    // A flow that was interrupted is still trying.
    process.exit(kept ? 0 : 1)
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
