import { fileURLToPath } from 'node:url'
import { disturbKinds } from '#src/config/disturb.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { createEncoder } from '#src/encode/create.js'
import { headersOf } from '#src/kafka/wire/record-headers.js'
import { loadModel } from '#src/model/load.js'
import type { Generator } from '#src/model/generator.js'
import { openConnector } from '#src/connector/open.js'
import type { EncodedBatch } from '#src/record.js'

export const customers = fileURLToPath(new URL('../../../models/customers.json', import.meta.url))

/** A record of a stream as a consumer sees it. */
export interface SeenRecord {
  readonly key: string | null
  readonly value: string | null
  readonly labels: Readonly<Record<string, string>>
}

export async function generatorOf(connector: ConnectorConfig, shard = 0, capacity?: number): Promise<Generator> {
  return openConnector(connector, { load: loadModel, shard, capacity })
}

/** The connector's records from a slot on, made in batches of these sizes. JSON only. */
export async function recordsFrom(
  connector: ConnectorConfig,
  slot: number,
  counts: readonly number[],
): Promise<SeenRecord[]> {
  const generator = await generatorOf(connector, slot % connector.tasks.max)
  const encoder = createEncoder(connector, null)(generator.fields)
  await encoder.prepare()
  generator.start(slot)
  return counts.flatMap((count) => seen(encoder.encode(generator.generate(count))))
}

export function seen(batch: EncodedBatch): SeenRecord[] {
  const { bytes, offsets, hasKeys, nullKeys, nullValues, headers } = batch
  return Array.from({ length: batch.length }, (_, i) => ({
    key: !hasKeys || nullKeys?.[i] === 1 ? null : bytes.toString('utf8', offsets[2 * i], offsets[2 * i + 1]),
    value: nullValues?.[i] === 1 ? null : bytes.toString('latin1', offsets[2 * i + 1], offsets[2 * i + 2]),
    labels: Object.fromEntries(
      (headers === undefined ? [] : headersOf(headers, i)).map(([name, value]) => [name, String(value)]),
    ),
  }))
}

/** How often each kind is among these records' labels. */
export function countKinds(records: readonly Pick<SeenRecord, 'labels'>[]): Record<string, number> {
  const counts = Object.fromEntries(disturbKinds.map((kind) => [kind, 0]))
  for (const { labels } of records) {
    const kind = labels['genesis.disturb'] as string | undefined
    if (kind !== undefined) counts[kind]++
  }
  return counts
}
