/** Records Apache Kafka Connect's answers to the calls of test/contract/rest: `make record-connect`. Needs Java and Maven. */
import { askConnect, writeRecorded } from '../test/contract/rest/oracle.js'
import { untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { connectIsAvailable, startConnect } from './stack/connect.js'
import { climb, whatToInstall } from './stack/ladder.js'

const signal = untilInterrupted()
const progress = new Progress(process.stderr)

async function main(): Promise<number> {
  if (!(await connectIsAvailable())) {
    progress.say('Kafka Connect is downloaded from Maven Central: install Java 17 and Maven.')
    return 1
  }
  const stack = await climb({ docker: 'testcontainers', signal, progress })
  if (stack === null) {
    progress.say(`Kafka Connect needs a Kafka broker. ${whatToInstall}`)
    return 1
  }
  try {
    const connect = await startConnect(stack.brokers, signal)
    try {
      progress.say(`Kafka Connect ${connect.version} at ${connect.url}`)
      progress.say(`wrote ${await writeRecorded(await askConnect(connect))}`)
    } finally {
      await connect.stop()
    }
    return 0
  } finally {
    await stack.stop()
  }
}

main().then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
