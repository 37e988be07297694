/** What a reader sees of a configuration: secrets belong in placeholders, but nothing forces them there. */
import type { Role } from '../config/http-security.js'
import { optionsOf } from '../config/option.js'
import { connectorSchema } from '../config/connector-schema.js'

/** Connect's placeholder for secrets (org.apache.kafka.common.config.types.Password.HIDDEN). */
export const hidden = '[hidden]'

const sensitive = new Set([...optionsOf(connectorSchema)].filter(([, option]) => option.sensitive).map(([key]) => key))
/** Keys that are no options are stored too, such as those of clients. */
const suspicious = /pass(word|phrase)|secret|token|jaas|credential|authorization|private.?key|api.?key/i

/** The flat configuration as a role may see it: placeholders are shown, plain text of secret keys only to admins. */
export function visibleTo(
  role: Role | null,
  config: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (role === 'admin') return config
  return Object.fromEntries(
    Object.entries(config).map(([key, text]) => [key, isSecret(key) && !text.includes('${') ? hidden : text]),
  )
}

function isSecret(key: string): boolean {
  // `sinks.<name>.url` is `sink.url` of one of several sinks.
  return suspicious.test(key) || sensitive.has(key.replace(/^sinks\.[^.]+\./, 'sink.'))
}
