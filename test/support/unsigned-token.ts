/** A token that a test broker takes: its OAUTHBEARER validator asks for no signature. */
export function unsignedToken(subject: string, lifeSeconds = 3600): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  const now = Date.now() / 1000
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + lifeSeconds })}.`
}
