/** A publisher of your own: open, publish, close. This one appends to a file and goes on where it ended. */
import { StreamingGenerator, SyntheticGenerator, type Batch, type Publisher, type StreamInfo } from 'genesis-connect'
import { open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

class FilePublisher implements Publisher {
  readonly #path: string
  #file: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
  }

  async open({ from, columns }: StreamInfo): Promise<number> {
    const text = await readFile(this.#path, 'utf8').catch(() => '')
    this.#file = await open(this.#path, 'a')
    console.log(`${columns.length} columns`)
    return from + text.split('\n').length - 1
  }

  async publish(batch: Batch): Promise<void> {
    const lines = batch.toJSON().map((row) => JSON.stringify(row))
    await this.#file?.appendFile(`${lines.join('\n')}\n`)
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }
}

const path = join(tmpdir(), `genesis-example-${process.pid}.jsonl`)
const streamer = new StreamingGenerator(await SyntheticGenerator.load('models/customers.json'))
for (const maxRecords of [150, 400]) {
  const { totalRecords } = await streamer.streamTo(new FilePublisher(path), { maxRecords })
  console.log(`${totalRecords} records more`)
}
await rm(path)
