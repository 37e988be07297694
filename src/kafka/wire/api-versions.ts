/**
 * ApiVersions (KIP-35, KIP-511) with the cluster's finalized features (KIP-584), which @platformatic/kafka's own call leaves out.
 */
import { Writer } from '../platformatic.js'
import type { Connection, Reader } from '@platformatic/kafka'
import { protocolFailure } from '../errors.js'
import { version as clientVersion } from '../client-version.js'

export interface ApiVersions {
  readonly versions: ReadonlyMap<number, { readonly min: number; readonly max: number }>
  /** Finalized level of each feature, as `transaction.version` → 2. */
  readonly features: ReadonlyMap<string, number>
}

/*
  ApiVersions Request (Version: 3) => client_software_name client_software_version TAG_BUFFER
  ApiVersions Response (Version: 3) => error_code [api_keys] throttle_time_ms TAG_BUFFER
    api_keys => api_key min_version max_version TAG_BUFFER
    tag 2: [finalized_features] => name max_version_level min_version_level TAG_BUFFER
*/
export function requestApiVersions(connection: Connection): Promise<ApiVersions> {
  return new Promise((resolve, reject) => {
    connection.send<ApiVersions>(
      18,
      3,
      () => Writer.create().appendString('genesis-connect').appendString(clientVersion).appendTaggedFields(),
      (_correlationId, _apiKey, _apiVersion, reader) => parse(reader),
      true,
      // This response has a header without tags, so that older clients can read it.
      false,
      (error, answer) => {
        // On timeout the response is null.
        if (error !== null || !answer) reject(error ?? new Error('no answer'))
        else resolve(answer)
      },
    )
  })
}

function parse(reader: Reader): ApiVersions {
  const code = reader.readInt16()
  if (code !== 0) throw protocolFailure(code)
  const versions = new Map<number, { min: number; max: number }>()
  for (let n = reader.readUnsignedVarInt() - 1; n > 0; n--) {
    versions.set(reader.readInt16(), { min: reader.readInt16(), max: reader.readInt16() })
    skipTags(reader)
  }
  reader.readInt32()
  const features = new Map<string, number>()
  readTags(reader, (tag) => {
    if (tag !== 2) return
    for (let n = reader.readUnsignedVarInt() - 1; n > 0; n--) {
      features.set(reader.readString(), reader.readInt16())
      reader.readInt16()
      skipTags(reader)
    }
  })
  return { versions, features }
}

/** Walks the tagged fields (KIP-482). `read` may read the field it is given; whatever it leaves is skipped. */
export function readTags(reader: Reader, read: (tag: number) => void): void {
  for (let n = reader.readUnsignedVarInt(); n > 0; n--) {
    const tag = reader.readUnsignedVarInt()
    const end = reader.readUnsignedVarInt() + reader.position
    read(tag)
    reader.skip(end - reader.position)
  }
}

export function skipTags(reader: Reader): void {
  readTags(reader, () => {})
}
