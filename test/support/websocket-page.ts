/**
 * What the test's web page does. The same script runs in a browser (served as a module) and in Node, so it imports nothing
 * and is given what makes a socket.
 */

/** What browsers' WebSocket and that of `ws` have in common. */
export interface PageSocket {
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  send(text: string): void
  close(): void
}

interface Heard {
  readonly texts: string[]
  /** Bytes of binary messages, in all. */
  readonly bytes: number
  readonly code: number
  readonly reason: string
}

export interface PageReport {
  readonly byQuery: Heard
  readonly byMessage: Heard
  readonly avro: Heard
  readonly invalid: Heard
}

/** Connects, says something if there is anything to say, and listens to the end. */
function listen(connect: (url: string) => PageSocket, url: string, say?: object): Promise<Heard> {
  return new Promise((resolve) => {
    const texts: string[] = []
    let bytes = 0
    const socket = connect(url)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      if (say !== undefined) socket.send(JSON.stringify(say))
    }
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') texts.push(data)
      else bytes += (data as ArrayBuffer).byteLength
    }
    socket.onclose = ({ code, reason }) => resolve({ texts, bytes, code, reason })
  })
}

export async function visit(connect: (url: string) => PageSocket, url: string): Promise<PageReport> {
  const conditions = encodeURIComponent(JSON.stringify({ segment: 'premium', lifetime_value: ['>', 10000] }))
  const wrong = encodeURIComponent(JSON.stringify({ segment: 'golden' }))
  return {
    byQuery: await listen(connect, `${url}?conditions=${conditions}&batch_size=5&rate=1000&max_records=20`),
    byMessage: await listen(connect, url, { position: 1000, batchSize: 10, rate: 1000, maxRecords: 10 }),
    avro: await listen(connect, `${url}?format=avro&rate=1000&max_records=20`),
    invalid: await listen(connect, `${url}?conditions=${wrong}`),
  }
}
