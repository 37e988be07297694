import { GenesisError } from '../../errors.js'
import type { EncodedBatch } from '../../record.js'
import { frameMessages } from '../websocket/frame.js'
import { type ListenerOptions, WebSocketListener } from './listener.js'
import type { ClientStatus } from './client-status.js'
import type { Member } from './member.js'
import type { MessageForm } from '../websocket/message-form.js'
import type { ServerAddress } from './server-address.js'

/** One live stream for every connected client: a batch is encoded and framed once, however many clients there are. */
export class Broadcast {
  readonly #listener: WebSocketListener
  #form: MessageForm | null = null

  constructor(options: ListenerOptions) {
    this.#listener = new WebSocketListener(options, {
      joined: (member, query) => (query.size > 0 ? refuseOptions(member) : member.begin(this.#form?.header ?? null)),
      message: refuseOptions,
      left: () => undefined,
    })
  }

  /** Throws SINK_FAILED if the server cannot listen on the address. */
  listen(): Promise<ServerAddress> {
    return this.#listener.listen()
  }

  /** Announces the format of the batches before the first one; clients may already be connected. */
  begin(form: MessageForm): void {
    this.#form = form
    for (const member of this.#listener.members) member.begin(form.header)
  }

  /** Sends a batch to every client that keeps up; without clients it is dropped. Its buffers may be reused afterwards. */
  send(batch: EncodedBatch): void {
    const { members } = this.#listener
    const form = this.#form
    if (members.size === 0 || form === null) return
    const frames = frameMessages(form.messages(batch), form.isBinary)
    for (const member of members) member.send(frames, batch)
  }

  clients(): ClientStatus[] {
    return [...this.#listener.members].map((member) => member.status())
  }

  get dropped(): number {
    return this.#listener.dropped
  }

  close(): Promise<void> {
    return this.#listener.close()
  }
}

function refuseOptions(member: Member): void {
  member.refuse(
    new GenesisError('OPTION_INVALID', 'this server broadcasts one stream to all clients', {
      found: 'options for an individual stream',
      expected: 'none',
    }),
  )
}
