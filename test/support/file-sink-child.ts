/** A process that delivers positions to a file until it is killed or done: `node file-sink-child.js <path> <to>`. */
import { FileSink } from '#src/sink/file/sink.js'
import { LineFraming } from '#src/sink/framing.js'
import { Task } from '#src/runtime/task.js'
import { systemClock } from '#src/delivery/clock.js'
import { Unlimited } from '#src/pacing/unlimited.js'
import { PositionGenerator } from './fake-task.js'
import { PositionLines } from './position-lines.js'

const [path, to] = process.argv.slice(2)
const shard = { connector: 'c', shard: 0, shards: 1 }
const task = new Task(
  {
    shard,
    from: 0,
    to: Number(to),
    transaction: { boundary: 'interval', intervalMs: 3 },
    errors: {
      policy: 'stop',
      maxRetries: 0,
      retryTimeoutMs: Infinity,
      backoffFactor: 1,
      initialBackoffMs: 1,
      maxBackoffMs: 1,
    },
  },
  {
    generator: new PositionGenerator(50),
    encoder: new PositionLines(),
    sink: new FileSink({ path, shard, framing: new LineFraming('json', Buffer.alloc(0)) }),
    pacer: new Unlimited(),
  },
  { state: () => process.stdout.write('open\n'), progress: () => undefined },
  systemClock,
)
const end = await task.run()
process.stdout.write(`${JSON.stringify(end)}\n`)
