import type { EncodedConnector } from './encoded-connector.js'
import type { EncoderFactory } from './encoder.js'
import { lineEncoder } from './lines.js'
import type { SubjectRegistry } from './subject.js'

export type CreateEncoder = (connector: EncodedConnector, registry: SubjectRegistry | null) => EncoderFactory

/** `createEncoder` for a connector. Plain lines need neither the other formats nor their libraries, which take long to load. */
export async function loadEncoder({ sink, disturb }: EncodedConnector): Promise<CreateEncoder> {
  if (sink.type === 'kafka' || sink.format === 'avro' || disturb !== null) {
    const { createEncoder } = await import('./create.js')
    return createEncoder
  }
  const { format } = sink
  return () => (fields) => lineEncoder(format, fields)
}
