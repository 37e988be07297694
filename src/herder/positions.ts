import type { WorkerConfig } from '../config/worker.js'
import { movePositions, readPositions } from '../sink/move-positions.js'
import type { PositionStore } from './offsets.js'

/** The checkpoints as stored by the sinks: in the checkpoint topic, or next to a file. */
export function positionStore(worker: WorkerConfig): PositionStore {
  return {
    read: (delivery) => readPositions(delivery, worker),
    async move(delivery, fingerprint, next) {
      await movePositions(delivery, worker, { fingerprint, next, acceptTarget: false })
    },
  }
}
