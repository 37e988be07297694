import type { Model } from '../model/model.js'
import { filesOfModel, type ModelSource } from '../model/model-files.js'
import { versionOf } from './file-version.js'

/** The models of a thread: tasks with the same file share one, so that thousands of them fit in memory. */
export class ModelCache {
  readonly #models = new Map<string, { version: string; model: Promise<Model> }>()

  /** The model of a file as it is now, or of an inline schema. Throws like loadModel. */
  async load(source: ModelSource): Promise<Model> {
    const version = (await Promise.all((await filesOfModel(source)).map(versionOf))).join(', ')
    const key = typeof source === 'string' ? source : JSON.stringify(source)
    const known = this.#models.get(key)
    if (known?.version === version) return known.model
    // Loaded on demand: the main thread rarely reads a model.
    const model = import('../model/load.js').then(({ loadModel }) => loadModel(source))
    this.#models.set(key, { version, model })
    model.catch(() => this.#models.delete(key))
    return model
  }
}
