import type { GenesisError } from '../errors.js'
import type { ColumnBatch, EncodedBatch } from '../record.js'
import type { Encoder } from './encoder.js'
import type { SchemaWatch } from './schema-watch.js'
import type { SubjectRegistry } from './subject.js'

/** An encoder that asks the registry again when an id that it writes no longer stands for its schema. */
export class CurrentEncoder implements Encoder {
  readonly #make: (registry: SubjectRegistry) => Encoder
  readonly #registry: SubjectRegistry
  readonly #watch: SchemaWatch
  readonly #ids = new Map<number, string>()
  #encoder: Encoder | null
  #changed: GenesisError | null = null
  #endWatch: (() => void) | null = null

  /** Throws what `make` throws: it is called at once, and again for each change. */
  constructor(make: (registry: SubjectRegistry) => Encoder, registry: SubjectRegistry, watch: SchemaWatch) {
    this.#make = make
    this.#registry = registry
    this.#watch = watch
    this.#encoder = make(this.#recorded())
  }

  async prepare(): Promise<void> {
    if (this.#endWatch !== null && this.#changed === null) return
    if (this.#changed !== null) this.close()
    const encoder = (this.#encoder ??= this.#make(this.#recorded()))
    await encoder.prepare()
    // Closed in the meantime, by a stop that does not wait.
    if (this.#encoder !== encoder) return
    this.#endWatch = this.#watch.watch(new Map(this.#ids), (error) => (this.#changed = error))
  }

  /** Also throws SCHEMA_ID_CHANGED. */
  encode(batch: ColumnBatch): EncodedBatch {
    if (this.#changed !== null) throw this.#changed
    return this.#encoder!.encode(batch)
  }

  close(): void {
    this.#endWatch?.()
    this.#endWatch = null
    this.#changed = null
    this.#encoder = null
    this.#ids.clear()
  }

  /** The registry, recording the ids that it returns. */
  #recorded(): SubjectRegistry {
    const registry = this.#registry
    const noted = async (subject: string, answer: Promise<number>): Promise<number> => {
      const id = await answer
      this.#ids.set(id, subject)
      return id
    }
    return {
      register: (subject, ...rest) => noted(subject, registry.register(subject, ...rest)),
      lookup: (subject, ...rest) => noted(subject, registry.lookup(subject, ...rest)),
      versionOf: (...call) => registry.versionOf(...call),
      latest: async (subject, ...rest) => {
        const found = await registry.latest(subject, ...rest)
        this.#ids.set(found.id, subject)
        return found
      },
      compatibility: (...call) => registry.compatibility(...call),
    }
  }
}
