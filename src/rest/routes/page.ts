import { acceptsGzip } from '../content-encoding.js'
import { PageFiles } from '../page-files.js'
import { HttpError } from '../http-error.js'
import type { Exchange, Reply, Route } from '../route.js'

/** Everything comes from this worker, and nothing is inline: no injected script or style can run. */
const security = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/** The web page, which is a client of the other routes. */
export function pageRoutes(): readonly Route[] {
  const files = new PageFiles()
  const serve = async (name: string, { headers }: Exchange): Promise<Reply> => {
    const file = await files.get(name)
    if (file === undefined) throw new HttpError(404, 'HTTP 404 Not Found')
    const { tag, type, plain, zipped } = file
    // Checked on every load, so that an upgraded worker never mixes scripts of two versions.
    const common = { ...security, 'Cache-Control': 'no-cache', ETag: tag, Vary: 'Accept-Encoding' }
    if (headers['if-none-match'] === tag) return { status: 304, headers: common }
    if (!acceptsGzip(headers['accept-encoding'])) return { status: 200, body: plain, type, headers: common }
    return { status: 200, body: zipped, type, headers: { ...common, 'Content-Encoding': 'gzip' } }
  }
  return [
    {
      method: 'GET',
      path: '/ui',
      group: 'Worker',
      summary: 'The web page',
      answers: { 200: { about: 'The page.', type: 'text/html' }, 302: { about: 'With its slash.' } },
      isOpen: true,
      // The page's links are relative to the slash, so that it also works below a proxy's prefix.
      handle: (exchange) =>
        exchange.path.endsWith('/') ? serve('index.html', exchange) : { status: 302, headers: { Location: 'ui/' } },
    },
    {
      method: 'GET',
      path: '/ui/{file}',
      group: 'Worker',
      summary: 'A script or style of the web page',
      answers: { 200: { about: 'The file.', type: 'text/javascript' } },
      isOpen: true,
      handle: (exchange) => serve(exchange.params.file, exchange),
    },
  ]
}
