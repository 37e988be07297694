import { Progress } from '../../scripts/progress.js'
import { dockerAnswers, getImages } from '../../scripts/stack/docker.js'
import { kafkaImage } from '../../scripts/stack/stack.js'

let probed: Promise<boolean> | undefined

/** Whether brokers of a test's own are containers; else they are Java processes. The rung that the test runner has found good is taken. */
export function brokersInDocker(signal = new AbortController().signal): Promise<boolean> {
  const rung = process.env.GENESIS_STACK
  if (rung !== undefined) return Promise.resolve(rung === 'docker')
  return (probed ??= dockerHasKafka(signal))
}

async function dockerHasKafka(signal: AbortSignal): Promise<boolean> {
  try {
    await dockerAnswers(signal)
    await getImages([kafkaImage], new Progress(process.stderr), signal)
    return true
  } catch {
    return false
  }
}
