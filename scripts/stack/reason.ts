import { CommandError } from './command.js'

/** Messages of Docker, Compose, Maven, Java and the system, and what they mean. The first match wins. */
const meanings: readonly (readonly [pattern: RegExp, meaning: (match: RegExpExecArray) => string])[] = [
  [/no space left on device|ENOSPC|disk quota exceeded/i, () => 'the disk is full'],
  [/permission denied[^\n]*docker[^\n]*\.sock/i, () => "no permission to use Docker's socket"],
  [
    /cannot connect to the docker daemon|is the docker daemon running|connect: connection refused[^\n]*docker\.sock/i,
    () => 'installed, but its daemon is not running',
  ],
  [/toomanyrequests|rate limit/i, () => 'the image registry is rate-limiting downloads'],
  [/proxyconnect|407 Proxy/i, () => 'the proxy blocks downloads'],
  [/could not find artifact ([^\s]+[^\s:])/i, ([, artifact]) => `Maven's repository does not have ${artifact}`],
  [/could not transfer artifact ([^\s]+[^\s:])/i, ([, artifact]) => `Maven cannot download ${artifact}`],
  [
    /no plugin found for prefix '([^']+)'[^\n]*from the repositories \[(?:local \([^)]*\), )?([^\]]*)\]/i,
    ([, plugin, places]) =>
      `Maven cannot find plugin "${plugin}" in its repositories: ${places.replaceAll(/\/\/[^/@]*@/g, '//')}`,
  ],
  [/could not be resolved|unresolveable|no plugin found/i, () => 'Maven cannot download what it needs'],
  [/manifest unknown|not found: manifest|pull access denied/i, () => 'the image registry does not have the image'],
  [
    /no such host|i\/o timeout|TLS handshake|connection refused|request canceled|network is unreachable|server misbehaving|x509|no route to host|error pulling image|failed to do request/i,
    () => 'the image registry cannot be reached',
  ],
  [/UnsupportedClassVersionError/, () => 'Java is too old: 17 or later is needed'],
]

/** Why something failed, in less than a line. */
export function reasonOf(error: unknown): string {
  if (error instanceof CommandError && error.missing) return 'not installed'
  const said = everythingSaid(error)
  for (const [pattern, meaning] of meanings) {
    const match = pattern.exec(said)
    if (match !== null) return meaning(match)
  }
  if (error instanceof CommandError && error.timedOut) return error.message
  // For a command, its last line; otherwise the error, plus the last line of the log below it.
  const lines = (error instanceof CommandError ? error.output : said).trim().split('\n')
  const shown = error instanceof CommandError ? lines.slice(-1) : [...new Set([lines[0], lines[lines.length - 1]])]
  return shown
    .map((line) => line.trim())
    .join(' ')
    .slice(0, 200)
}

/** The messages of an error and its causes. */
export function everythingSaid(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error instanceof CommandError ? `${error.message}\n${error.output}` : error.message
  return error.cause === undefined ? own : `${own}\n${everythingSaid(error.cause)}`
}
