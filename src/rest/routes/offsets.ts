import type { RawValue } from '../../config/raw-connector.js'
import type { Herder, OffsetChange } from '../../herder/herder.js'
import { HttpError } from '../http-error.js'
import { bodyFields, kindOf, parseJson } from '../json-body.js'
import { jsonReply, type Route } from '../route.js'
import { named } from '../schemas.js'

/** Offsets of connectors (KIP-875): here, the next position of each shard. */
export function offsetRoutes(herder: Herder): readonly Route[] {
  const path = '/connectors/{name}/offsets'
  const message = named('Message')
  return [
    {
      method: 'GET',
      path,
      group: 'Connect',
      summary: 'The committed positions of all shards',
      answers: { 200: { about: 'The offsets.', schema: named('Offsets') } },
      handle: async ({ params }) => jsonReply({ offsets: await herder.offsets(params.name) }),
    },
    {
      method: 'PATCH',
      path,
      group: 'Connect',
      summary: 'Move shards of a STOPPED connector to other positions; a null offset resets one',
      body: named('Offsets'),
      answers: { 200: { about: 'Moved.', schema: message } },
      handle: async ({ params, body }) =>
        jsonReply({ message: await herder.alterOffsets(params.name, changesOf(body)) }),
    },
    {
      method: 'DELETE',
      path,
      group: 'Connect',
      summary: 'Reset the positions of a STOPPED connector: it restarts from the beginning',
      answers: { 200: { about: 'Reset.', schema: message } },
      handle: async ({ params }) => jsonReply({ message: await herder.resetOffsets(params.name) }),
    },
  ]
}

function changesOf(body: string): readonly OffsetChange[] {
  const { offsets } = bodyFields(parseJson(body), 'offsets')
  if (offsets === undefined || offsets === null || (Array.isArray(offsets) && offsets.length === 0)) {
    throw new HttpError(400, 'Partitions / offsets need to be provided for an alter offsets request')
  }
  if (!Array.isArray(offsets)) throw new HttpError(500, `offsets must be a list; found ${kindOf(offsets)}`)
  return offsets.map((each: unknown) => {
    const { partition, offset } = bodyFields(each, 'partition', 'offset')
    if (partition === undefined || partition === null) throw new HttpError(500, 'Partition objects cannot be null')
    return { partition: partition as RawValue, offset: (offset ?? null) as RawValue }
  })
}
