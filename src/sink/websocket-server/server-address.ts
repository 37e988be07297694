/** Where a server listens; as a string, its URL. */
export class ServerAddress {
  constructor(
    readonly host: string,
    readonly port: number,
    readonly path: string,
  ) {}

  get url(): string {
    return `ws://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}${this.path}`
  }

  /** The address as a URL. */
  toString(): string {
    return this.url
  }
}
