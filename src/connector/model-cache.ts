import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { versionOf } from './inputs.js'

/** The models of a thread: tasks with the same file share one, so that thousands of them fit. */
export class ModelCache {
  readonly #models = new Map<string, { version: string; model: Promise<Model> }>()

  /** The model of a file as it is now; throws what loadModel throws. */
  async load(path: string): Promise<Model> {
    const version = await versionOf(path)
    const known = this.#models.get(path)
    if (known?.version === version) return known.model
    const model = loadModel(path)
    this.#models.set(path, { version, model })
    model.catch(() => this.#models.delete(path))
    return model
  }
}
