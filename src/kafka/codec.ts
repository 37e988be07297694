/**
 * The five compression codecs of Kafka's record batches (KIP-98, KIP-110), framed as by Kafka's own clients.
 * All run on libuv's thread pool, off the main thread. Those missing from Node are native libraries,
 * loaded on first use: CONFIG_INVALID if the machine cannot load one, and no problem for anyone not using it.
 */
import { constants, gunzip, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import { GenesisError } from '../errors.js'
import type { Compression } from './producer.js'

export interface Codec {
  /** Bits 0 to 2 of a record batch's attributes. */
  readonly id: number
  /** `records` must not change until the promise settles. */
  compress(records: Buffer): Promise<Buffer>
  /** Rejects if the bytes are not in this codec. The result may share memory with the input (`none`). */
  decompress(bytes: Buffer): Promise<Buffer>
}

/** Every chunk zlib fills costs a turn of the event loop; Node's default of 16 kB took two to three times as long to decompress. */
const maxChunkSize = 1 << 18

/** Half of what is compressed: usually all of the result, without memory for more. */
function chunkSizeFor({ length }: Buffer): number {
  return Math.min(maxChunkSize, Math.max(1 << 12, length >> 1))
}

const gzipAsync = promisify(gzip)
const gunzipAsync = promisify(gunzip)
const snappy = library('snappy', () => import('snappy'))
const lz4 = library('lz4', async () => (await import('lz4-napi')).default)
const zstd = library('zstd', async () => {
  const { default: library } = await import('@toondepauw/node-zstd')
  return { encoder: new library.Encoder(3), decoder: new library.Decoder() }
})

/** Default levels of Kafka's Java producer: gzip 6, zstd 3. */
export const codecs: Readonly<Record<Compression, Codec>> = {
  none: {
    id: 0,
    compress: (records) => Promise.resolve(records),
    decompress: (bytes) => Promise.resolve(bytes),
  },
  gzip: {
    id: 1,
    compress: (records) =>
      gzipAsync(records, { level: constants.Z_DEFAULT_COMPRESSION, chunkSize: chunkSizeFor(records) }),
    decompress: (bytes) => gunzipAsync(bytes, { chunkSize: maxChunkSize }),
  },
  snappy: {
    id: 2,
    compress: async (records) => xerialFrame(await (await snappy()).compress(records)),
    decompress: decompressSnappy,
  },
  lz4: {
    id: 3,
    compress: async (records) => (await lz4()).compressFrame(records),
    decompress: async (bytes) => (await lz4()).decompressFrame(bytes),
  },
  zstd: {
    id: 4,
    compress: async (records) => (await zstd()).encoder.encode(records),
    decompress: async (bytes) => (await zstd()).decoder.decode(bytes),
  },
}

const byId: readonly (Codec | undefined)[] = Object.values(codecs).sort((a, b) => a.id - b.id)

/** The codec of a record batch's attributes; undefined if Kafka has no such codec. */
export function codecOf(attributes: number): Codec | undefined {
  return byId[attributes & 7]
}

/**
 * Why a native library failed to load, on one line: the dynamic linker's message if there is one. The loaders of
 * such libraries try several places, chain the causes, and blame npm for all of them.
 */
export function reasonOf(thrown: unknown): string {
  const chain: Error[] = []
  for (let at = thrown; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at)
  const linked = chain.find((error) => 'code' in error && error.code === 'ERR_DLOPEN_FAILED')
  return ((linked ?? chain.at(-1))?.message ?? String(thrown)).split('\n')[0]
}

function library<T>(name: Compression, load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  const failed = (cause: unknown): never => {
    throw new GenesisError('CONFIG_INVALID', `the ${name} library cannot be loaded on this machine`, {
      place: 'compression',
      found: reasonOf(cause),
      remedy: 'Install what is missing, or reinstall genesis-connect on this machine; or use gzip or none',
      cause,
    })
  }
  return () => (loaded ??= load().catch(failed))
}

// snappy-java's stream framing: 8 bytes of magic, version and oldest compatible version (int32 each), then chunks of
// int32 length and a raw snappy block. Some clients send a bare raw block, so both are read.
const xerialMagic = Buffer.from('82534e41505059000000000100000001', 'hex')
const magicBytes = 8

function xerialFrame(block: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(xerialMagic.length + 4 + block.length)
  xerialMagic.copy(framed)
  framed.writeInt32BE(block.length, xerialMagic.length)
  block.copy(framed, xerialMagic.length + 4)
  return framed
}

async function decompressSnappy(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, magicBytes).equals(xerialMagic.subarray(0, magicBytes))) return snappyBlock(bytes)
  const blocks: Promise<Buffer>[] = []
  for (let at = xerialMagic.length; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at)
    blocks.push(snappyBlock(bytes.subarray(at + 4, end)))
    at = end
  }
  return blocks.length === 1 ? blocks[0] : Buffer.concat(await Promise.all(blocks))
}

async function snappyBlock(block: Buffer): Promise<Buffer> {
  return (await (await snappy()).uncompress(block, { asBuffer: true })) as Buffer
}
