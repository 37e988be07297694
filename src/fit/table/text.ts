import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { GenesisError } from '../../errors.js'

/** Aliases that `--encoding` accepts in addition to the names in WHATWG's Encoding Standard. */
const aliases: Record<string, string> = {
  latin1: 'windows-1252',
  utf8: 'utf-8',
  utf16: 'utf-16le',
  'utf-16': 'utf-16le',
}

/** Reads the file's text in pieces, without a byte order mark; unpacks `.gz`. Throws TABLE_INVALID if it is not text. */
export async function* readText(path: string, encoding: string | undefined): AsyncGenerator<string> {
  const decoder = decoderOf(encoding ?? (await detectEncoding(path)), path)
  try {
    for await (const chunk of byteStream(path)) {
      const text = decoder.decode(chunk, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (error) {
    if (error instanceof GenesisError || !(error instanceof Error)) throw error
    throw new GenesisError('TABLE_INVALID', 'the table cannot be read', {
      place: path,
      found: error.message,
      remedy: 'Name its encoding with --encoding, for example --encoding latin1.',
      cause: error,
    })
  }
}

/** The file's bytes, unpacked if its name ends in .gz. */
export function byteStream(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!path.endsWith('.gz')) return file
  const unpacked = createGunzip()
  file.on('error', (error) => unpacked.destroy(error))
  return file.pipe(unpacked)
}

function decoderOf(encoding: string, path: string): TextDecoder {
  const label = aliases[encoding.toLowerCase()] ?? encoding
  try {
    return new TextDecoder(label, { fatal: true })
  } catch (error) {
    throw new GenesisError('USAGE', 'unknown encoding', {
      place: path,
      found: encoding,
      expected: 'utf-8, utf-16le, utf-16be, latin1 or another name of the WHATWG Encoding Standard',
      cause: error,
    })
  }
}

/**
 * Detects the encoding by the byte order mark; else by the positions of zero bytes in the first 64 KiB (UTF-16); else UTF-8 if the whole
 * file is valid UTF-8; else Windows-1252, the superset of latin1 in which all byte strings are valid.
 */
async function detectEncoding(path: string): Promise<string> {
  if (!path.endsWith('.gz')) {
    const head = await firstBytes(path, 1 << 16)
    if (head.length >= 2 && head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
    if (head.length >= 2 && head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
    const zeros = [0, 0]
    head.forEach((byte, i) => {
      if (byte === 0) zeros[i & 1]++
    })
    const half = head.length / 2
    if (zeros[1] > half * 0.4 && zeros[0] < half * 0.1) return 'utf-16le'
    if (zeros[0] > half * 0.4 && zeros[1] < half * 0.1) return 'utf-16be'
  }
  return (await isUtf8(path)) ? 'utf-8' : 'windows-1252'
}

async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const bytes = byteStream(path)
  try {
    for await (const chunk of bytes) decoder.decode(chunk, { stream: true })
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return false
    throw error
  }
}

export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
