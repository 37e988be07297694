import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { ScramMechanisms, alterUserScramCredentialsV0 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'

/** The user that `addScramUser` makes. The principal may do everything. */
export const scramUser = { username: 'admin', password: 'scram-secret' } as const

/** Gives the user SCRAM credentials of both kinds. */
export async function addScramUser(cluster: ClusterOptions): Promise<void> {
  const broker = await openAnyBroker(cluster)
  const salt = randomBytes(16)
  // Kafka takes one mechanism of a user in a request.
  for (const [mechanism, hash, bytes] of [
    [ScramMechanisms.SCRAM_SHA_256, 'sha256', 32],
    [ScramMechanisms.SCRAM_SHA_512, 'sha512', 64],
  ] as const) {
    const saltedPassword = pbkdf2Sync(scramUser.password, salt, 4096, bytes, hash)
    const upsertion = { name: scramUser.username, mechanism, iterations: 4096, salt, saltedPassword }
    await alterUserScramCredentialsV0.api.async(broker.connection, [], [upsertion])
  }
  await broker.close()
}
