import type { DictionaryVector } from '../../record.js'
import { blockRows, pitch } from '../random/block-words.js'
import { drawRows } from '../sample/draw.js'
import { aliasRows, type AliasRows } from '../sample/node-tables.js'
import type { GeneratedColumn } from './generated.js'

const zeros = new Uint16Array(blockRows)

/** Codes of words drawn by weight; the code after the last word means missing. */
export class Pool implements GeneratedColumn {
  readonly vector: DictionaryVector
  readonly #rows: AliasRows
  readonly #draw: number

  constructor(
    size: number,
    weights: readonly number[] | undefined,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    const each = weights ?? new Array<number>(size).fill(1)
    const total = each.reduce((sum, weight) => sum + weight, 0)
    const shares = each.map((weight) => (weight / total) * (1 - missing))
    if (missing > 0) shares.push(missing)
    this.#rows = aliasRows([shares], 1, shares.length)
    this.#draw = this.#rows.bits === 0 ? -1 : takeDraws(1)
    this.vector = { kind: 'dictionary', codes: new Uint16Array(capacity) }
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    if (this.#draw < 0) return
    drawRows(this.#rows.table, this.#rows.bits, zeros, words, this.#draw * pitch, this.vector.codes, to, count)
  }
}
