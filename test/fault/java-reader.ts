import { createHash } from 'node:crypto'
import { run } from '../../scripts/stack/command.js'
import { kafkaImage } from '../../scripts/stack/stack.js'
import { valueOf } from './flow.js'

/**
 * Whether the first `count` records that Kafka's own console consumer gets, read_committed, are the first `count` of the
 * stream, each once.
 */
export async function javaAgrees(brokers: readonly string[], topic: string, count: number): Promise<boolean> {
  const consumer = [
    `java -cp '/opt/kafka/libs/*' org.apache.kafka.tools.consumer.ConsoleConsumer`,
    `--bootstrap-server ${brokers.join(',')} --topic ${topic} --from-beginning`,
    `--isolation-level read_committed --max-messages ${count} --timeout-ms 30000 2>/dev/null | sort -n > /tmp/read`,
  ].join(' ')
  const expected = Array.from({ length: count }, (_, position) => valueOf(position))
  // The output is compared by its checksum: it would be tens of megabytes.
  const output = await run('docker', [
    ...['run', '--rm', '--network', 'host', '--entrypoint', 'sh', kafkaImage],
    ...['-c', `${consumer}; wc -l < /tmp/read; md5sum < /tmp/read`],
  ])
  const sum = createHash('md5')
  for (const value of expected) sum.update(`${value}\n`)
  const [lines, md5] = output.trim().split(/\s+/)
  return Number(lines) === count && md5 === sum.digest('hex')
}
