import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { GenesisError } from '../../errors.js'
import { closeCode, closeReason, controlMessage } from '../websocket/control.js'
import { frameMessages } from '../websocket/frame.js'
import type { ClientStatus } from './client-status.js'

/** What happens with a client that does not read what it is sent. */
export interface SlowPolicy {
  /** Maximum bytes that wait for one client. */
  readonly bufferBytes: number
  /** `drop`: it misses batches, and is notified which. `disconnect`: it is disconnected. */
  readonly onSlow: 'drop' | 'disconnect'
}

/** Positions start, start + stride, …: `length` of them. */
export interface Run {
  readonly start: number
  readonly stride: number
  readonly length: number
}

/** So long a client may take to read what waits for it and to answer the close frame; cut off, it has less. */
const farewellMs = { kept: 5_000, refused: 1_000 }

/**
 * A connected client of a server. Frames go to its socket as they are; what the socket has not got rid of is bounded.
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
  /** What was dropped since the last batch that was sent. */
  #gap: { from: number; records: number } | null = null
  /** Whether it has answered since it was last asked. */
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

  /** Frames that hold no records: what a stream begins with. */
  begin(header: Buffer | null): void {
    if (header !== null) this.#stream.write(frameMessages([header], true))
  }

  /** Sends the frames of a batch, or leaves the batch out by the policy: then false. */
  send(frames: Buffer, run: Run): boolean {
    if (!this.isOpen) return false
    const waiting = this.#stream.writableLength
    const notice = this.#gap === null ? null : gapNotice(this.#gap, run.start)
    // A batch that is larger than the buffer can only go alone.
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

  /** Leaves a batch out because the client is too slow. */
  miss(run: Run): void {
    if (!this.isOpen) return
    if (this.#policy.onSlow === 'disconnect') {
      const { bufferBytes } = this.#policy
      const reason = `too slow: ${bufferBytes} bytes wait to be read; go on from position ${run.start}`
      return this.close(closeCode.policyViolation, reason)
    }
    this.#gap ??= { from: run.start, records: 0 }
    this.#gap.records += run.length
    this.#dropped += run.length
    this.#position = endOf(run)
  }

  /** Says what is wrong with the client's request, in full in a message and in short in the close frame. */
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

/** Tells which positions were left out: from `from`, up to where the stream goes on. */
function gapNotice({ from, records }: { from: number; records: number }, to: number): Buffer {
  return frameMessages([controlMessage('dropped', { from, to, records })], false)
}

function endOf({ start, stride, length }: Run): number {
  return start + stride * length
}
