const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a page may connect. Browsers always send the page's origin, and let any page on the web connect to any server,
 * that of the user's own machine included; so only pages of the machine itself are let in, and those that are named.
 * The Host header is not asked: a page can have its own name point here (DNS rebinding). No origin: not a browser.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true
  return URL.canParse(origin) && loopback.has(new URL(origin).hostname)
}
