import { blockRows, pitch, type BlockWords } from '../random/block-words.js'
import { SimdBlockWords } from '../random/simd-block-words.js'
import { divide, drawNarrow, drawReal, drawRows, drawVariantRows, drawWide, toCodes } from './draw.js'
import type { AliasRows, NodeTables } from './node-tables.js'
import { DrawsLayout, SimdDraws, drawnAt, zerosAt } from './simd-draws.js'

/** Where a node's draws go: codes for each row of a batch, and numbers if the column has bins. */
export interface NodeOutput {
  readonly codes: Uint16Array
  readonly values: Float64Array | null
}

/** Which of a row's words a node draws from: the index of each draw; −1: no draw needed. */
interface Draws {
  readonly state: number
  readonly symbol: number
  readonly value: number
  readonly value2: number
}

interface Step {
  readonly tables: NodeTables
  readonly draws: Draws
  readonly output: NodeOutput | null
  readonly own: Uint16Array
  readonly above: Uint16Array
  /** Where `own` and `above` are in the layout. */
  readonly ownAt: number
  readonly aboveAt: number
  /** Where the tables are in the layout. */
  readonly statesAt: number
  readonly symbolsAt: number
}

/** A row drawn without WebAssembly pays for copying this many bytes of tables into its memory: about what it would have saved. */
const bytesPerRow = 256

/** Walks the circuit from the root to the leaves, one block of rows at a time, and fills the vectors of a batch. */
export class CircuitSampler {
  readonly #steps: readonly Step[]
  readonly #components: Uint16Array
  readonly #choice: { readonly rows: AliasRows; readonly draw: number } | null
  readonly #zeros = new Uint16Array(blockRows)
  /** Null: it has no tables, or too large ones, or several variants of them. */
  readonly #layout: DrawsLayout | null
  #rowsWithout = 0
  #simd: SimdDraws | null = null

  /**
   * `nodes`: parents first. `choice`: the table of conjunctions, if there are several. `takeDraws(n)` reserves n words of a row and
   * returns the index of the first. `outputOf` returns the vectors for a node's values; null: nothing needs them.
   */
  constructor(
    nodes: readonly NodeTables[],
    choice: AliasRows | null,
    takeDraws: (count: number) => number,
    outputOf: (node: number) => NodeOutput | null,
  ) {
    this.#components = choice ? new Uint16Array(blockRows) : this.#zeros
    this.#choice = choice && { rows: choice, draw: choice.bits === 0 ? -1 : takeDraws(1) }
    const states = new Map<number, Uint16Array>([[-1, this.#zeros]])
    const layout = new DrawsLayout(nodes.length)
    const rowsAt = new Map<number, number>([[-1, zerosAt]])
    this.#steps = nodes.map((tables, index) => {
      const output = outputOf(tables.node)
      const take = (needed: boolean): number => (needed ? takeDraws(1) : -1)
      const draws = {
        state: take(tables.states !== null && tables.states.bits > 0),
        symbol: take(output !== null && tables.symbols.bits > 0),
        value: take(output !== null && output.values !== null),
        value2: take(output !== null && output.values !== null && tables.values.wide),
      }
      const own = new Uint16Array(tables.states ? blockRows : 0)
      states.set(tables.node, own)
      const ownAt = draws.state < 0 ? zerosAt : layout.rows(index)
      rowsAt.set(tables.node, ownAt)
      return {
        ...{ tables, draws, output, own, above: states.get(tables.parent)! },
        ...{ ownAt, aboveAt: rowsAt.get(tables.parent)! },
        statesAt: tables.states && draws.state >= 0 ? layout.add(tables.states.table) : zerosAt,
        symbolsAt: draws.symbol >= 0 ? layout.add(tables.symbols.table) : zerosAt,
      }
    })
    this.#layout = choice === null && layout.isUseful ? layout : null
  }

  /** The conjunction that each row of the last block was drawn from. */
  get components(): Uint16Array {
    return this.#components
  }

  /**
   * Before a batch of `count` rows: decides how to draw those whose words are the block's. Null: all words are the generator's own. May
   * replace the block's vectors, with the same contents.
   */
  prepare(block: BlockWords | null, count: number): void {
    this.#simd = null
    if (this.#layout === null || !(block instanceof SimdBlockWords)) return
    const simd = SimdDraws.of(block)
    if (!simd.has(this)) {
      this.#rowsWithout += count
      if (this.#rowsWithout * bytesPerRow < this.#layout.bytes) return
      if (!simd.load(this, this.#layout)) return
    }
    this.#rowsWithout = 0
    this.#simd = simd
  }

  /**
   * Draws `count` rows (at most `blockRows`) into the vectors, starting at index `to`. `choice`: for each row, the row of the table of
   * conjunctions to draw from.
   */
  draw(words: Int32Array, to: number, count: number, choice: Uint16Array = this.#zeros): void {
    if (this.#simd?.block.words === words) return this.#drawSimd(this.#simd, words, to, count)
    if (this.#choice && this.#choice.draw >= 0) {
      const { rows, draw } = this.#choice
      drawRows(rows.table, rows.bits, choice, words, draw * pitch, this.#components, 0, count)
    }
    for (const { tables, draws, output, own, above } of this.#steps) {
      if (tables.states && draws.state >= 0)
        this.#drawRows(tables.states, tables.first.states, above, words, draws.state, own, 0, count)
      if (output === null) continue
      const rows = tables.states ? own : above
      if (draws.symbol >= 0)
        this.#drawRows(tables.symbols, tables.first.symbols, rows, words, draws.symbol, output.codes, to, count)
      else output.codes.fill(0, to, to + count)
      drawValues(tables, draws, words, output, to, count)
    }
  }

  #drawSimd(simd: SimdDraws, words: Int32Array, to: number, count: number): void {
    for (const { tables, draws, output, ownAt, aboveAt, statesAt, symbolsAt } of this.#steps) {
      if (tables.states && draws.state >= 0)
        simd.drawRows(statesAt, tables.states.bits, aboveAt, draws.state, ownAt, count)
      if (output === null) continue
      if (draws.symbol >= 0) {
        const rows = tables.states ? ownAt : aboveAt
        simd.drawRows(symbolsAt, tables.symbols.bits, rows, draws.symbol, drawnAt, count)
        output.codes.set(count === blockRows ? simd.symbols : simd.symbols.subarray(0, count), to)
      } else output.codes.fill(0, to, to + count)
      drawValues(tables, draws, words, output, to, count)
    }
  }

  #drawRows(
    { table, bits }: AliasRows,
    first: Int32Array | null,
    rows: Uint16Array,
    words: Int32Array,
    draw: number,
    out: Uint16Array,
    to: number,
    count: number,
  ): void {
    if (first) drawVariantRows(table, bits, first, this.#components, rows, words, draw * pitch, out, to, count)
    else drawRows(table, bits, rows, words, draw * pitch, out, to, count)
  }
}

function drawValues(
  { values: symbols }: NodeTables,
  draws: Draws,
  words: Int32Array,
  { codes, values }: NodeOutput,
  to: number,
  count: number,
): void {
  if (values !== null) {
    const at = draws.value * pitch
    const next = draws.value2 * pitch
    if (symbols.grain === 0) drawReal(symbols, codes, words, at, next, values, to, count)
    else if (symbols.wide) drawWide(symbols, codes, words, at, next, values, to, count)
    else drawNarrow(symbols, codes, words, at, values, to, count)
    if (symbols.divisor !== 1) divide(values, symbols.divisor, to, count)
  }
  if (symbols.codes) toCodes(symbols.codes, codes, to, count)
}
