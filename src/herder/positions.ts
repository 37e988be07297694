import type { WorkerConfig } from '../config/worker.js'
import { movePositions, readPositions } from '../sink/move-positions.js'
import type { PositionStore } from './offsets.js'

/** The checkpoints where the sinks keep them: in the checkpoint topic, or beside a file. */
export function positionStore(worker: WorkerConfig): PositionStore {
  return {
    read: (delivery) => readPositions(delivery, worker),
    async move(delivery, fingerprint, next) {
      await movePositions(delivery, worker, { fingerprint, next, acceptTarget: false })
    },
  }
}
