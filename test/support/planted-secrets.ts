/** Secrets planted in every place that takes one, and the search for them in whatever comes out. */

/** In every place that takes a secret, one of its own. None of them may come out anywhere. */
export const secrets = {
  saslPassword: 'planted-sasl-password',
  registryPassword: 'planted-registry-password',
  adminPassword: 'planted-admin-password',
  token: 'planted-static-token',
  webSocketKey: 'planted-websocket-key',
  restVariable: 'planted-rest-variable',
  restFile: 'planted-rest-file',
  plainText: 'planted-plain-text',
  wrongLogin: 'planted-wrong-login',
  path: 'planted-path',
  model: 'planted-model',
  topic: 'planted-topic',
}

/** What came out of the program at one place. */
export interface Output {
  /** Of it: `the logs`, `GET /metrics as a reader`. */
  readonly where: string
  readonly text: string
  /** Secrets that may be there. */
  readonly allowed?: readonly string[]
}

/** Every secret in these outputs, with where it is and the text around it. None: an empty list. */
export function leaksIn(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap(({ where, text, allowed = [] }) =>
    Object.entries(secrets)
      .filter(([, secret]) => !allowed.includes(secret))
      .flatMap(([name, secret]) => {
        const at = formsOf(secret)
          .map((form) => text.indexOf(form))
          .find((found) => found !== -1)
        return at === undefined ? [] : [`${name} in ${where}: …${text.slice(Math.max(0, at - 100), at + 100)}`]
      }),
  )
}

/** A text as it is, in URLs, in hexadecimal, and wherever it is in Base64 of something longer. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${'x'.repeat(shift)}${secret}`).toString('base64')
    return text.slice(shift === 0 ? 0 : 4, -4)
  })
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...base64]
}

/** A change of the built program: in a module, this text becomes that. */
interface Leak {
  readonly module: string
  readonly is: string
  readonly becomes: string
}

const leaks: readonly Leak[] = [
  // Nothing is hidden any more.
  { module: '/config/placeholders.js', is: 'let shown = text;', becomes: 'return text;' },
  {
    module: '/rest/http-error.js',
    is: 'error_code: status, message }',
    becomes: 'error_code: status, message: message + process.env.WEBSOCKET_KEY }',
  },
  {
    module: '/metrics/prometheus.js',
    is: 'return metrics.map(',
    becomes: "return '# ' + process.env.WEBSOCKET_KEY + '\\n' + metrics.map(",
  },
  {
    module: '/cli/describe.js',
    is: 'write(describeText(description))',
    becomes: 'write(describeText(description) + Buffer.from(process.env.WEBSOCKET_KEY).toString("base64"))',
  },
]

const inline = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`

/**
 * NODE_OPTIONS with which the program leaks secrets in logs, errors, traces, metrics and `describe`: a search that finds nothing in what
 * it says then is not worth anything. It ends at once if the program no longer has the text that is to be changed.
 */
export function leakyOptions(): string {
  const hooks = inline(`const leaks = ${JSON.stringify(leaks)}
    export async function load(url, context, next) {
      const loaded = await next(url, context)
      const found = leaks.filter(({ module }) => url.endsWith('/dist' + module))
      let source = String(loaded.source)
      for (const { is, becomes } of found) {
        if (!source.includes(is)) throw new Error(url + ' has no ' + is)
        source = source.replace(is, () => becomes)
      }
      return found.length === 0 ? loaded : { ...loaded, source }
    }`)
  return `--import=${inline(`import { register } from 'node:module'; register(${JSON.stringify(hooks)})`)}`
}
