/** What a server knows of one client. */
export interface ClientStatus {
  readonly id: number
  /** Address and port of the client, or of the proxy before it. */
  readonly address: string
  /** Records that were sent to it. */
  readonly records: number
  /** Positions that it missed because it was too slow. */
  readonly dropped: number
  /** Bytes that wait to be read by it. */
  readonly bufferedBytes: number
  /** The next position of its stream; null before there is one. */
  readonly position: number | null
}
