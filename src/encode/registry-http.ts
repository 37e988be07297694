/** One HTTP exchange with a registry: timeouts, credentials and a custom CA. */
import * as http from 'node:http'
import * as https from 'node:https'

export interface HttpOptions {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
  readonly token: string | null
  /** PEM text. */
  readonly ca: string | null
  readonly requestTimeoutMs: number
  /** True: does not keep the process alive. */
  readonly isBackground?: boolean
}

export interface HttpAnswer {
  readonly status: number
  /** Parsed JSON; the raw text if it is not JSON. */
  readonly body: unknown
}

const contentType = 'application/vnd.schemaregistry.v1+json'
/** Maximum response size; anything larger is not from a registry. */
const maxBytes = 16 * 1024 * 1024

/** Rejects with the socket's error if there is no response. `path` starts with a slash and follows the URL's own path. */
export function exchange(
  options: HttpOptions,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<HttpAnswer> {
  const url = new URL(options.url)
  // A URL without a path also has a slash.
  const base = url.pathname.replace(/\/+$/, '')
  const [pathname, search = ''] = path.split('?')
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const secure = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(
      {
        method,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? undefined : Number(url.port),
        path: `${base}${pathname}${search === '' ? '' : `?${search}`}`,
        headers: {
          accept: contentType,
          ...(payload === undefined ? {} : { 'content-type': contentType, 'content-length': payload.length }),
          ...authorization(options, url),
        },
        agent: false,
        ...(secure && options.ca !== null ? { ca: options.ca } : {}),
      },
      (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxBytes) request.destroy(new Error('the response is too long'))
          chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) })
        })
      },
    )
    // Limits the whole exchange, not only the silence within it.
    const timer = setTimeout(() => {
      request.destroy(new Error(`no response within ${options.requestTimeoutMs} ms`))
    }, options.requestTimeoutMs)
    if (options.isBackground === true) {
      timer.unref()
      request.on('socket', (socket) => socket.unref())
    }
    request.on('close', () => clearTimeout(timer))
    request.on('error', reject)
    request.end(payload)
  })
}

function authorization(options: HttpOptions, url: URL): Record<string, string> {
  if (options.token !== null) return { authorization: `Bearer ${options.token}` }
  const login = registryLogin(options, url)
  if (login === null) return {}
  return { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` }
}

/** User name and password of the options, or else those in the URL; null: none. */
export function registryLogin(
  options: Pick<HttpOptions, 'username' | 'password'>,
  url: URL,
): { readonly username: string; readonly password: string } | null {
  const username = options.username ?? decodeURIComponent(url.username)
  if (username === '') return null
  const password = options.username === null ? decodeURIComponent(url.password) : (options.password ?? '')
  return { username, password }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
