import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type Server, type TlsOptions } from 'node:tls'
import type { HttpTls, PemSource } from '../config/http-security.js'
import { GenesisError } from '../errors.js'

/** Certificates are renewed days before they expire, and mounted files change without an event. */
const intervalMs = 10_000
/** Connections that send nothing are closed after this. */
const handshakeMs = 10_000

interface Pems {
  readonly cert: string
  readonly key: string
  readonly ca: string | undefined
  readonly passphrase?: string
}

type Told = (message: string, error: GenesisError | null) => void

/** The server's certificate and the CA of its clients, as their files have them. */
export class ServerCertificate {
  readonly #tls: HttpTls
  #current: Pems

  /** Throws CONFIG_INVALID if the certificate and the key do not belong together, or the passphrase is wrong. */
  constructor(tls: HttpTls) {
    this.#tls = tls
    this.#current = this.#checked({ cert: tls.cert.text, key: tls.key.text, ca: tls.ca?.text })
  }

  options(): TlsOptions {
    const { clientAuth } = this.#tls
    return {
      ...this.#current,
      handshakeTimeout: handshakeMs,
      requestCert: clientAuth !== 'none',
      // Otherwise each call decides: probes need none.
      rejectUnauthorized: clientAuth === 'required',
    }
  }

  /** Reads the files again. True: they have changed, and `server` uses them. Throws, and keeps the former ones. */
  async refresh(server: Server): Promise<boolean> {
    const { cert, key, ca } = this.#tls
    const [newCert, newKey, newCa] = await Promise.all([read(cert), read(key), ca === null ? undefined : read(ca)])
    const { cert: oldCert, key: oldKey, ca: oldCa } = this.#current
    if (newCert === oldCert && newKey === oldKey && newCa === oldCa) return false
    const next = this.#checked({ cert: newCert, key: newKey, ca: newCa })
    server.setSecureContext(next)
    this.#current = next
    return true
  }

  /** Refreshes every ten seconds until the returned function is called. A problem is reported once. */
  follow(server: Server, told: Told = () => undefined): () => void {
    let trouble = ''
    const look = async (): Promise<void> => {
      try {
        if (await this.refresh(server)) told('http.tls: new certificate in use', null)
        trouble = ''
      } catch (thrown) {
        const error = thrown as GenesisError
        if (error.message !== trouble) told(`${error.message}; the former certificate stays in use`, error)
        trouble = error.message
      }
    }
    const timer = setInterval(() => void look(), intervalMs).unref()
    return () => clearInterval(timer)
  }

  #checked({ cert, key, ca }: Pems): Pems {
    const pems = { cert, key, ca, passphrase: this.#tls.passphrase ?? undefined }
    try {
      createSecureContext(pems)
      // OpenSSL notices only where both are of the same algorithm.
      const isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey({ ...pems, format: 'pem' }))
      if (!isPair) throw new Error('a key of another certificate')
      return pems
    } catch (cause) {
      throw new GenesisError('CONFIG_INVALID', 'the certificate and its key cannot be used', {
        place: 'http.tls',
        found: (cause as Error).message,
        expected: 'a PEM certificate, and its key with the right passphrase',
        cause,
      })
    }
  }
}

async function read(source: PemSource): Promise<string> {
  if (source.path === null) return source.text
  try {
    return await readFile(source.path, 'utf8')
  } catch (cause) {
    throw new GenesisError('CONFIG_INVALID', 'the PEM file cannot be read', {
      place: 'http.tls',
      found: `${source.path} (${(cause as NodeJS.ErrnoException).code})`,
      expected: 'a PEM file',
      cause,
    })
  }
}
