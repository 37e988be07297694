import { alterClientQuotasV1, ClientQuotaEntityTypes } from '@platformatic/kafka'
import type { ClientQuotaKeyValue } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'

/** What a cluster's brokers grant a client id, such as `producer_byte_rate`; null: as much as it wants. */
export async function setQuota(
  cluster: ClusterOptions,
  clientId: string,
  key: string,
  value: number | null,
): Promise<void> {
  const broker = await openAnyBroker(cluster)
  const entities = [{ entityType: ClientQuotaEntityTypes.CLIENT_ID, entityName: clientId }]
  const quota = key as ClientQuotaKeyValue
  const ops = [value === null ? { key: quota, remove: true as const } : { key: quota, value, remove: false as const }]
  await alterClientQuotasV1.api.async(broker.connection, [{ entities, ops }], false)
  await broker.close()
}
