const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a page may connect. Browsers always send the page's origin, and let any page on the web connect to any server,
 * including those on the user's own machine; so only pages of this machine and listed origins are let in.
 * The Host header is ignored: a page can point its own name here (DNS rebinding). No origin: not a browser.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true
  return URL.canParse(origin) && loopback.has(new URL(origin).hostname)
}
