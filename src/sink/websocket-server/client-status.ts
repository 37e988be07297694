/** A server's view of one client. */
export interface ClientStatus {
  readonly id: number
  /** Address and port of the client, or of the proxy in front of it. */
  readonly address: string
  /** Records sent to it. */
  readonly records: number
  /** Positions it missed because it was too slow. */
  readonly dropped: number
  /** Bytes waiting to be read by it. */
  readonly bufferedBytes: number
  /** The next position of its stream; null before it starts. */
  readonly position: number | null
}
