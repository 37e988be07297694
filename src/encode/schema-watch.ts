import { backgroundClock, type Clock } from '../delivery/clock.js'
import { GenesisError } from '../errors.js'
import type { Registry } from './registry.js'

/** Time between two checks of all ids in use, in ms; a check takes one request per id. */
const intervalMs = 30_000

interface Watched {
  readonly subject: string
  /** What the id stood for when it was first seen; null: not known yet. */
  content: string | null
  /** When the registry last had this under the id, in ms since 1970. */
  confirmedAt: number
  readonly changed: Set<(error: GenesisError) => void>
}

/**
 * Periodically checks that the ids in records still stand for the schemas that they are written with. A registry that was emptied assigns
 * new ids, and gives the old ones to other schemas: readers would fail, or read nonsense. A registry that is down does no harm: records
 * need only the id.
 */
export class SchemaWatch {
  readonly #registry: Pick<Registry, 'contentOf' | 'place'>
  readonly #clock: Pick<Clock, 'after'>
  readonly #now: () => number
  readonly #watched = new Map<number, Watched>()
  #isDue = false

  constructor(
    registry: Pick<Registry, 'contentOf' | 'place'>,
    clock: Pick<Clock, 'after'> = backgroundClock,
    now: () => number = Date.now,
  ) {
    this.#registry = registry
    this.#clock = clock
    this.#now = now
  }

  /** Calls back once, with SCHEMA_ID_CHANGED, when one of the ids stands for something else. Returns a function that stops this. */
  watch(ids: ReadonlyMap<number, string>, changed: (error: GenesisError) => void): () => void {
    const end = (): void => {
      for (const id of ids.keys()) {
        const watched = this.#watched.get(id)
        watched?.changed.delete(once)
        if (watched?.changed.size === 0) this.#watched.delete(id)
      }
    }
    const once = (error: GenesisError): void => {
      end()
      changed(error)
    }
    for (const [id, subject] of ids) {
      const known = this.#watched.get(id) ?? this.#begin(id, subject)
      known.changed.add(once)
    }
    if (ids.size > 0) this.#schedule()
    return end
  }

  #begin(id: number, subject: string): Watched {
    const watched = { subject, content: null, confirmedAt: this.#now(), changed: new Set<() => void>() }
    this.#watched.set(id, watched)
    void this.#check(id, watched)
    return watched
  }

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    this.#clock.after(intervalMs, () => {
      void this.#checkAll()
    })
  }

  async #checkAll(): Promise<void> {
    // One after the other: thousands at once would burden the registry.
    for (const [id, watched] of [...this.#watched]) await this.#check(id, watched)
    this.#isDue = false
    if (this.#watched.size > 0) this.#schedule()
  }

  async #check(id: number, watched: Watched): Promise<void> {
    let content
    try {
      content = await this.#registry.contentOf(id)
    } catch {
      // The registry is down, or denies access.
      return
    }
    if (this.#watched.get(id) !== watched) return
    if (watched.content === null) watched.content = content
    if (content === watched.content) watched.confirmedAt = this.#now()
    else this.#report(id, watched, content)
  }

  #report(id: number, { subject, confirmedAt, changed }: Watched, content: string | null): void {
    const error = new GenesisError(
      'SCHEMA_ID_CHANGED',
      `schema id ${id} of subject ${subject} no longer stands for the schema that records are written with`,
      {
        place: this.#registry.place,
        found: content === null ? 'no schema' : 'another schema',
        remedy: `Records from now on get the id that the registry has now; those sent since ${new Date(confirmedAt).toISOString()} may be unreadable`,
      },
    )
    for (const tell of [...changed]) tell(error)
  }
}
