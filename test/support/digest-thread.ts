/** A thread that sends back the digest of a model's records. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseModel } from '#src/model/load.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { digestOf } from './digest.js'

const { text, options, count } = workerData as { text: string; options: GeneratorOptions; count: number }
parentPort!.postMessage(digestOf(openGenerator(parseModel(Buffer.from(text), 'thread'), options), count))
