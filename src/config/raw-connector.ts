/** A JSON value of a configuration, with its `${…}` placeholders. */
export type RawValue = string | number | boolean | null | readonly RawValue[] | { readonly [key: string]: RawValue }

/**
 * A connector's configuration as it was sent: a flat map of texts over REST (`throughput.rate`), a nested map from a file
 * (`throughput: {rate: …}`), or a mixture. Placeholders stay as they are, and no default is filled in. It is what is kept,
 * compared, shown and handed to a task; what it means is found out where the task starts.
 */
export type RawConfig = { readonly [key: string]: RawValue }

/** What is kept of a connector, and crosses to the thread that runs a task of it. */
export interface RawConnector {
  /** As in `config`, placeholders resolved: what identifies it. */
  readonly name: string
  readonly config: RawConfig
  /** The file that it comes from, in whose folder relative paths start; null: it came over REST. */
  readonly file: string | null
}
