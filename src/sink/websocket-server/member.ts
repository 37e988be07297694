import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { GenesisError } from '../../errors.js'
import { closeCode, closeReason, controlMessage } from '../websocket/control.js'
import { frameMessages } from '../websocket/frame.js'
import type { ClientStatus } from './client-status.js'

/** What happens to a client that does not read what it is sent. */
export interface SlowPolicy {
  /** Maximum bytes waiting for one client. */
  readonly bufferBytes: number
  /** `drop`: it misses batches and is told which. `disconnect`: it is disconnected. */
  readonly onSlow: 'drop' | 'disconnect'
}

/** Positions start, start + stride, …: `length` of them. */
export interface Run {
  readonly start: number
  readonly stride: number
  readonly length: number
}

/** How long a client may take to read pending data and answer the close frame; less when cut off. */
const farewellMs = { kept: 5_000, refused: 1_000 }

/**
 * A connected client of a server. Frames go to its socket unchanged; the socket's backlog is bounded.
 */
export class Member {
  readonly id: number
  readonly socket: WebSocket
  readonly #stream: Duplex
  readonly #address: string
  readonly #policy: SlowPolicy
  #records = 0
  #dropped = 0
  #position: number | null = null
  /** Batches dropped since the last one sent. */
  #gap: { from: number; records: number } | null = null
  /** Whether it has answered the last ping. */
  isAlive = true

  constructor(id: number, socket: WebSocket, stream: Duplex, address: string, policy: SlowPolicy) {
    this.id = id
    this.socket = socket
    this.#stream = stream
    this.#address = address
    this.#policy = policy
  }

  get dropped(): number {
    return this.#dropped
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN
  }

  /** Whether nothing more can be sent now, whatever its size. */
  get isFull(): boolean {
    return this.#stream.writableLength >= this.#policy.bufferBytes
  }

  /** Frames without records: the start of a stream. */
  begin(header: Buffer | null): void {
    if (header !== null) this.#stream.write(frameMessages([header], true))
  }

  /** Sends the frames of a batch, or drops the batch by policy and returns false. */
  send(frames: Buffer, run: Run): boolean {
    if (!this.isOpen) return false
    const waiting = this.#stream.writableLength
    const notice = this.#gap === null ? null : gapNotice(this.#gap, run.start)
    // A batch larger than the buffer can only go alone.
    if (waiting > 0 && waiting + frames.length + (notice?.length ?? 0) > this.#policy.bufferBytes) {
      this.miss(run)
      return false
    }
    this.#gap = null
    if (notice !== null) this.#stream.write(notice)
    this.#stream.write(frames)
    this.#records += run.length
    this.#position = endOf(run)
    return true
  }

  /** Drops a batch because the client is too slow. */
  miss(run: Run): void {
    if (!this.isOpen) return
    if (this.#policy.onSlow === 'disconnect') {
      const { bufferBytes } = this.#policy
      const reason = `too slow: ${bufferBytes} bytes wait to be read; continue from position ${run.start}`
      return this.close(closeCode.policyViolation, reason)
    }
    this.#gap ??= { from: run.start, records: 0 }
    this.#gap.records += run.length
    this.#dropped += run.length
    this.#position = endOf(run)
  }

  /** Reports an invalid request: in full in a message, abbreviated in the close frame. */
  refuse(error: GenesisError): void {
    if (!this.isOpen) return
    this.socket.send(controlMessage('error', { code: error.code, message: error.message }), { binary: false })
    this.close(closeCode.policyViolation, error.message)
  }

  close(code: number, reason: string): void {
    this.socket.close(code, closeReason(reason))
    const waitMs = code === closeCode.policyViolation ? farewellMs.refused : farewellMs.kept
    setTimeout(() => this.socket.terminate(), waitMs).unref()
  }

  status(): ClientStatus {
    return {
      id: this.id,
      address: this.#address,
      records: this.#records,
      dropped: this.#dropped,
      bufferedBytes: this.#stream.writableLength,
      position: this.#position,
    }
  }
}

/** Announces which positions were dropped: from `from` to where the stream continues. */
function gapNotice({ from, records }: { from: number; records: number }, to: number): Buffer {
  return frameMessages([controlMessage('dropped', { from, to, records })], false)
}

function endOf({ start, stride, length }: Run): number {
  return start + stride * length
}
