import type { Prepared } from '../model/fit/prepare.js'
import type { Table } from '../model/fit/table/table.js'
import type { TrainProgress } from '../model/fit/train.js'

/** Where progress goes: a terminal gets a bar that is drawn anew, everything else a line per step. */
export interface ProgressStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const barWidth = 24

/** What `genesis fit` says while it works. */
export class FitProgress {
  private drawn = false

  constructor(private readonly stream: ProgressStream) {}

  read({ rows, columns, place }: Table): void {
    this.line(`${place}: ${rows} rows, ${columns.length} columns`)
  }

  prepared({ planned, nodes, notes }: Prepared): void {
    const kinds = new Map<string, number>()
    for (const column of planned) {
      const kind = column.place === 'learned' ? column.learned.kind : column.kind
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    this.line(`kinds: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}; ${nodes.length} to learn`)
    for (const note of notes) this.line(`note: ${note}`)
  }

  step({ phase, states, epoch, epochs, train, heldOut, remainingMs }: TrainProgress): void {
    const likelihood = heldOut === null ? `train ${train.toFixed(3)}` : `held-out ${heldOut.toFixed(3)}`
    const what = `${phase === 'choosing' ? 'choosing H' : 'training'}: H=${states} epoch ${epoch}/${epochs}`
    const text = `${what} ${likelihood} nats/row, ${Math.ceil(remainingMs / 1000)} s left`
    if (this.stream.isTTY !== true) return this.line(text)
    const full = Math.round((epoch / epochs) * barWidth)
    this.stream.write(`\r\x1b[K${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${text}`)
    this.drawn = true
  }

  /** Leaves the bar as it stands. */
  end(): void {
    if (this.drawn) this.stream.write('\n')
    this.drawn = false
  }

  private line(text: string): void {
    this.end()
    this.stream.write(`${text}\n`)
  }
}
