/** Answers of Apache Kafka Connect to the calls of the contract: from itself, and as they were recorded. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { connectorClass } from '#src/config/connector-class.js'
import type { KafkaConnect } from '../../../scripts/stack/connect.js'
import { kafkaVersion } from '../../../scripts/stack/stack.js'
import type { Answer, Side } from './call.js'
import { scenarios } from './scenarios.js'
import { play } from './send.js'

export interface Recorded {
  /** Of Kafka Connect. */
  readonly version: string
  /** YYYY-MM-DD */
  readonly recorded: string
  /** By scenario and call. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Answer>>>>
}

const file = fileURLToPath(new URL(`../../../../test/fixtures/kafka-connect-${kafkaVersion}.json`, import.meta.url))

/** The side of Kafka Connect: a source that reads a file of 50 lines. */
async function sideOf({ url, folder }: KafkaConnect): Promise<Side> {
  const lines = join(folder, 'lines.txt')
  await writeFile(lines, 'a line\n'.repeat(50))
  return {
    url,
    connectorClass: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    own: {
      file: lines,
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '1',
    },
    topic: 'orders',
    partition: { filename: lines },
    offset: { position: 14 },
    wrongPartition: { bogus: 1 },
    wrongOffset: { position: 'x' },
    logger: 'org.apache.kafka.connect.runtime.rest',
  }
}

/** Our side: a connector of the worker of startRestWorker. */
export function ourSide(url: string): Side {
  return {
    url,
    connectorClass,
    own: { model: 'model.json', 'value.format': 'json' },
    topic: 'orders',
    partition: { shard: 0 },
    offset: { position: 14 },
    wrongPartition: { bogus: 1 },
    wrongOffset: { position: 'x' },
    logger: 'a.logger',
  }
}

/** Asks a Kafka Connect that was just started. */
export async function askConnect(connect: KafkaConnect): Promise<Recorded['answers']> {
  const side = await sideOf(connect)
  const answers: Record<string, Record<string, Answer>> = {}
  for (const scenario of scenarios) answers[scenario.name] = Object.fromEntries(await play(side, scenario))
  return answers
}

export interface Differing {
  /** Scenario and call. */
  readonly call: string
  readonly now: Answer | undefined
  readonly recorded: Answer | undefined
}

/** The answers of a Kafka Connect that was just started that are not the recorded ones, where those are always the same. */
export async function answersThatDiffer(connect: KafkaConnect): Promise<Differing[]> {
  const [now, { answers }] = [await askConnect(connect), await readRecorded()]
  return scenarios.flatMap(({ name, calls }) =>
    calls(ourSide(connect.url))
      .filter(({ differs }) => !differs?.sometimes)
      .map(({ does }) => ({ call: `${name}, ${does}`, now: now[name][does], recorded: answers[name][does] }))
      .filter(({ now, recorded }) => !isDeepStrictEqual(now, recorded)),
  )
}

export async function readRecorded(): Promise<Recorded> {
  return JSON.parse(await readFile(file, 'utf8')) as Recorded
}

export async function writeRecorded(answers: Recorded['answers']): Promise<string> {
  const recorded: Recorded = { version: kafkaVersion, recorded: new Date().toISOString().slice(0, 10), answers }
  await writeFile(file, `${JSON.stringify(recorded, null, 2)}\n`)
  return file
}
