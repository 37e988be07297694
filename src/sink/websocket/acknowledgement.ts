/**
 * The acknowledged mode, seen from the sender (see docs/websocket.md for the receiver):
 *
 *     → ["open", {"connector": "c", "shard": 0, "shards": 1, "fingerprint": "f00d", "format": "json"}]
 *     ← {"position": 20, "fingerprint": "f00d", "shards": 1}      or {"position": null}: nothing yet
 *     → records
 *     → ["commit", {"position": 30, "fingerprint": "f00d", "shards": 1}]
 *     ← {"position": 30}
 *
 * A position is the next one: every record below it has been received.
 */
import { GenesisError } from '../../errors.js'
import type { Checkpoint, ShardId } from '../../record.js'
import type { WebSocketConnection } from './connection.js'
import { controlMessage } from './control.js'

export interface Stream {
  readonly shard: ShardId
  /** Identifies everything the stream depends on. */
  readonly fingerprint: string
}

/** Announces the stream and asks for the server's position. Throws the connection's errors, and WEBSOCKET_REFUSED for an invalid answer. */
export async function askCheckpoint(
  connection: WebSocketConnection,
  { shard, fingerprint }: Stream,
  format: string,
  timeoutMs: number,
): Promise<Checkpoint | null> {
  await connection.send([controlMessage('open', { ...shard, fingerprint, format })], false)
  const { position, ...rest } = readAnswer(await connection.answer(timeoutMs))
  if (position === null) return null
  // A server may store the position only: then there is nothing to compare the stream with.
  return {
    position,
    fingerprint: typeof rest.fingerprint === 'string' ? rest.fingerprint : fingerprint,
    shards: typeof rest.shards === 'number' ? rest.shards : shard.shards,
  }
}

/** Resolves when the server has acknowledged everything below the checkpoint's position. */
export async function commitTo(
  connection: WebSocketConnection,
  checkpoint: Checkpoint,
  timeoutMs: number,
): Promise<void> {
  await connection.send([controlMessage('commit', checkpoint)], false)
  for (;;) {
    const { position } = readAnswer(await connection.answer(timeoutMs))
    if (position !== null && position >= checkpoint.position) return
  }
}

interface Answer {
  readonly position: number | null
  readonly fingerprint?: unknown
  readonly shards?: unknown
}

function readAnswer(text: string): Answer {
  try {
    const answer = JSON.parse(text) as Answer | null
    const position = answer?.position
    if (answer && (position === null || (Number.isSafeInteger(position) && (position as number) >= 0))) return answer
  } catch {
    // Invalid JSON is reported by the error below.
  }
  throw new GenesisError('WEBSOCKET_REFUSED', 'the WebSocket server sent something other than a position', {
    found: JSON.stringify(text.slice(0, 60)),
    expected: '{"position": <next position>}, or null for none',
  })
}
