import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TlsOptions } from '../config/cluster.js'

type Pems = Pick<TlsOptions, 'ca' | 'cert' | 'key'>

/** What the files held when they were last good. */
const latest = new WeakMap<TlsOptions, Pems>()

/**
 * The options with the certificates that their files hold now, for a new connection. While a file cannot be read, or
 * certificate and key do not belong together (they are being replaced), everything stays as it was.
 */
export async function currentTls(tls: TlsOptions): Promise<Omit<TlsOptions, 'files'>> {
  const { files, ...options } = tls
  if (files === undefined) return options
  const read = async (name: keyof Pems): Promise<string | undefined> => {
    const path = files[name]
    return path === undefined ? options[name] : readFile(path, 'utf8')
  }
  try {
    const [ca, cert, key] = await Promise.all([read('ca'), read('cert'), read('key')])
    const pems = { ca, cert, key }
    if (isPair(pems, options.passphrase)) latest.set(tls, pems)
  } catch {
    // The next connection looks again.
  }
  return { ...options, ...latest.get(tls) }
}

/** Throws if one of them is no PEM text. */
function isPair({ cert, key }: Pems, passphrase: string | undefined): boolean {
  if (cert === undefined || key === undefined) return true
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key, passphrase, format: 'pem' }))
}
