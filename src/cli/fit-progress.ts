import type { Prepared } from '../fit/prepare.js'
import type { Table } from '../fit/table/table.js'
import type { TrainProgress } from '../fit/train.js'
import { canRedraw, cutToWidth, type Screen } from './screen.js'

const barWidth = 24

/** Progress of `genesis fit`: a progress bar on a terminal, otherwise a line per step. */
export class FitProgress {
  private drawn = false
  private readonly redraws: boolean

  constructor(
    private readonly stream: Screen,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.redraws = canRedraw(stream, env)
  }

  read({ rows, columns, place }: Table): void {
    this.line(`${place}: ${rows} rows, ${columns.length} columns`)
  }

  prepared({ planned, nodes, notes }: Prepared): void {
    const kinds = new Map<string, number>()
    for (const column of planned) {
      // Hidden columns are parts of others.
      if (planned.some((other) => other.place === 'outside' && other.found?.form === column.name)) continue
      const kind = column.place === 'learned' ? column.learned.kind : column.kind
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    this.line(`kinds: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}; ${nodes.length} to learn`)
    this.notes(notes)
  }

  notes(notes: readonly string[]): void {
    for (const note of notes) this.line(`note: ${note}`)
  }

  step({ phase, states, epoch, epochs, train, heldOut, remainingMs }: TrainProgress): void {
    const likelihood = heldOut === null ? `train ${train.toFixed(3)}` : `held-out ${heldOut.toFixed(3)}`
    const what = `${phase === 'choosing' ? 'choosing H' : 'training'}: H=${states} epoch ${epoch}/${epochs}`
    const text = `${what} ${likelihood} nats/row, ${Math.ceil(remainingMs / 1000)} s left`
    if (!this.redraws) return this.line(text)
    const full = Math.round((epoch / epochs) * barWidth)
    const line = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${text}`
    this.stream.write(`\r\x1b[K${cutToWidth(line, this.stream)}`)
    this.drawn = true
  }

  /** Leaves the bar on screen. */
  end(): void {
    if (this.drawn) this.stream.write('\n')
    this.drawn = false
  }

  private line(text: string): void {
    this.end()
    this.stream.write(`${text}\n`)
  }
}
