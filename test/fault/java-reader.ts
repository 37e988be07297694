import { createHash } from 'node:crypto'
import { run } from '../../scripts/stack/command.js'
import { kafkaImage } from '../../scripts/stack/stack.js'

/** Whether the records that Kafka's own console consumer gets, read_committed, have these values, each once. */
export async function javaAgrees(
  brokers: readonly string[],
  topic: string,
  values: readonly string[],
): Promise<boolean> {
  const consumer = [
    `java -cp '/opt/kafka/libs/*' org.apache.kafka.tools.consumer.ConsoleConsumer`,
    `--bootstrap-server ${brokers.join(',')} --topic ${topic} --from-beginning`,
    `--isolation-level read_committed --max-messages ${values.length} --timeout-ms 30000 2>/dev/null`,
    `| LC_ALL=C sort > /tmp/read`,
  ].join(' ')
  // The output is compared by its checksum: it would be tens of megabytes.
  const output = await run('docker', [
    ...['run', '--rm', '--network', 'host', '--entrypoint', 'sh', kafkaImage],
    ...['-c', `${consumer}; wc -l < /tmp/read; md5sum < /tmp/read`],
  ])
  const sum = createHash('md5')
  // As C sorts: by bytes.
  for (const value of values.map((one) => Buffer.from(`${one}\n`)).sort((a, b) => Buffer.compare(a, b)))
    sum.update(value)
  const [lines, md5] = output.trim().split(/\s+/)
  return Number(lines) === values.length && md5 === sum.digest('hex')
}
