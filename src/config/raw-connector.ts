/** A JSON value of a configuration, with unresolved `${…}` placeholders. */
export type RawValue = string | number | boolean | null | readonly RawValue[] | { readonly [key: string]: RawValue }

/**
 * A connector's configuration as sent: a flat map of strings over REST (`throughput.rate`), a nested map from a file
 * (`throughput: {rate: …}`), or a mixture. Placeholders are unresolved and no defaults filled in. This is what is
 * stored, compared, shown and passed to tasks; it is resolved where the task starts.
 */
export type RawConfig = { readonly [key: string]: RawValue }

/** What is stored of a connector and passed to task threads. */
export interface RawConnector {
  /** As in `config`, placeholders resolved: its identity. */
  readonly name: string
  readonly config: RawConfig
  /** The file it comes from, whose folder relative paths start from; null: created over REST. */
  readonly file: string | null
}
