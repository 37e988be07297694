import type { WordModel } from '../artifact.js'
import { pitch } from '../random/block-words.js'
import type { GeneratedColumn } from './generated.js'
import { GrowingText } from './text-vector.js'

/** A form: a fixed text, or a number of words; null: missing. */
export type WordedForm = { readonly text: string } | { readonly count: number } | null

/** Maximum number of words in a text. */
export const maxTextWords = 40

/** Reads a form: `=` and a text, or a number of words; undefined: not a form. */
export function wordedForm(form: string): Exclude<WordedForm, null> | undefined {
  if (form.startsWith('=')) return { text: form.slice(1) }
  const count = Number(form)
  return /^[1-9]\d?$/.test(form) && count <= maxTextWords ? { count } : undefined
}

/** Another column's codes, and for each of them pairs of a word and the percentage of its weight there. */
export interface Topics {
  readonly codes: Uint16Array
  readonly shares: readonly (readonly number[])[]
}

/** Weighted words. Word −1 stands for any word of the position. */
interface Choices {
  readonly words: Int32Array
  readonly weights: Float64Array
  /** Running totals of the weights: on their own, and for each code of the topic's column once they are needed. */
  readonly totals: Float64Array
  readonly byTopic: (Float64Array | undefined)[]
}

const unit32 = 2 ** -32
const space = 32
/** How often a word that has just been used is drawn again. */
const tries = 4

/** Texts of words that follow each other as in the table, and fixed texts. Hot: allocates nothing. */
export class Worded implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  readonly #codes: Uint16Array
  /** By code: the number of words; 0: a fixed text; −1: missing. */
  readonly #counts: Int32Array
  readonly #kept: readonly Uint8Array[]
  readonly #words: readonly Uint8Array[]
  readonly #alone: Choices
  readonly #first: Choices
  readonly #kinds: Uint8Array
  readonly #middle: readonly Choices[]
  readonly #last: readonly Choices[]
  readonly #next: readonly Choices[]
  readonly #end: readonly Choices[]
  /** By word: a number shared by words that differ only in case. */
  readonly #same: Int32Array
  readonly #topicCodes: Uint16Array | undefined
  /** Per code of the topic's column and per word: the percentage of its weight. */
  readonly #shares: readonly Uint8Array[]
  #topic = -1
  readonly #draw: number
  #state = 0
  #step = 1

  /** `byCode`: the form for each code of the form column. */
  constructor(
    codes: Uint16Array,
    byCode: readonly WordedForm[],
    model: WordModel,
    nullable: boolean,
    capacity: number,
    takeDraws: (count: number) => number,
    topics?: Topics,
  ) {
    this.#codes = codes
    this.#topicCodes = topics?.codes
    this.#shares = (topics?.shares ?? []).map((pairs) => {
      const shares = new Uint8Array(model.words.length).fill(100)
      for (let i = 0; i < pairs.length; i += 2) shares[pairs[i]] = pairs[i + 1]
      return shares
    })
    this.#counts = Int32Array.from(byCode, (form) => (form === null ? -1 : 'text' in form ? 0 : form.count))
    this.#kept = byCode.map((form) => Buffer.from(form !== null && 'text' in form ? form.text : ''))
    this.#words = model.words.map((word) => Buffer.from(word))
    this.#alone = choicesOf(model.alone)
    this.#first = choicesOf(model.first)
    this.#kinds = Uint8Array.from(model.kinds)
    this.#middle = model.middle.map(choicesOf)
    this.#last = model.last.map(choicesOf)
    this.#next = model.next.map(choicesOf)
    this.#end = model.end.map(choicesOf)
    const lower = model.words.map((word) => word.toLowerCase())
    const index = new Map(lower.map((word, i) => [word, i]))
    this.#same = Int32Array.from(lower, (word) => index.get(word)!)
    this.#draw = takeDraws(2)
    const longest = (texts: readonly Uint8Array[]): number =>
      texts.reduce((most, { length }) => Math.max(most, length), 0)
    const most = this.#counts.reduce((a, b) => Math.max(a, b), 0)
    this.maxBytes = Math.max(longest(this.#kept), most * (longest(this.#words) + 1))
    this.vector = new GrowingText(capacity, this.maxBytes, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector } = this
    vector.reserve(count * this.maxBytes)
    const { bytes, offsets, missing } = vector
    let at = vector.used
    for (let i = 0; i < count; i++) {
      offsets[to + i] = at
      const code = this.#codes[to + i]
      const size = this.#counts[code]
      if (missing !== undefined) missing[to + i] = size < 0 ? 1 : 0
      if (size === 0) at = copy(this.#kept[code], bytes, at)
      else if (size > 0) {
        this.#state = words[this.#draw * pitch + i]
        this.#step = words[(this.#draw + 1) * pitch + i] | 1
        if (this.#topicCodes !== undefined) this.#topic = this.#topicCodes[to + i]
        at = this.#write(size, bytes, at)
      }
    }
    offsets[to + count] = at
    vector.used = at
  }

  #write(size: number, bytes: Uint8Array, from: number): number {
    const first = size === 1 ? this.#alone : this.#first
    let word = this.#word(first, first, -1)
    let at = copy(this.#words[word], bytes, from)
    for (let i = 1; i < size; i++) {
      const isLast = i === size - 1
      const others = (isLast ? this.#last : this.#middle)[this.#kinds[word]]
      word = this.#word((isLast ? this.#end : this.#next)[word], others, word)
      bytes[at++] = space
      at = copy(this.#words[word], bytes, at)
    }
    return at
  }

  /** A word of the choices, or of the others if any word may follow or none has a weight. */
  #word(choices: Choices, others: Choices, before: number): number {
    let word = this.#pick(choices)
    if (word < 0) word = this.#pick(others)
    // A repeated word would look like a mistake.
    for (let again = 0; again < tries && before >= 0 && this.#isSame(word, before); again++) word = this.#pick(others)
    return word < 0 ? this.#pickAny(others) : word
  }

  /** A word regardless of the topic. */
  #pickAny(choices: Choices): number {
    const topic = this.#topic
    this.#topic = -1
    const word = this.#pick(choices)
    this.#topic = topic
    return word
  }

  #isSame(word: number, before: number): boolean {
    return word >= 0 && this.#same[word] === this.#same[before]
  }

  #pick(choices: Choices): number {
    const { words } = choices
    const totals = this.#topic < 0 ? choices.totals : this.#totalsOf(choices, this.#topic)
    const all = totals[words.length - 1]
    if (!(all > 0)) return -1
    const sought = this.#random() * unit32 * all
    let low = 0
    let high = words.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (totals[middle] > sought) high = middle
      else low = middle + 1
    }
    return words[low]
  }

  /** The running totals with a code of the topic's column, computed once. */
  #totalsOf({ words, weights, byTopic }: Choices, topic: number): Float64Array {
    let totals = byTopic[topic]
    if (totals === undefined) {
      const shares = this.#shares[topic]
      let total = 0
      totals = weights.map((weight, i) => (total += words[i] < 0 ? weight : (weight * shares[words[i]]) / 100))
      byTopic[topic] = totals
    }
    return totals
  }

  /** 32 random bits: SplitMix with MurmurHash3's finalizer and a step specific to the row. */
  #random(): number {
    this.#state = (this.#state + this.#step) | 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
}

/** `pairs`: words, each followed by its weight. */
function choicesOf(pairs: readonly number[]): Choices {
  const size = pairs.length / 2
  const weights = Float64Array.from({ length: size }, (_, i) => pairs[2 * i + 1])
  let total = 0
  return {
    words: Int32Array.from({ length: size }, (_, i) => pairs[2 * i]),
    weights,
    totals: weights.map((weight) => (total += weight)),
    byTopic: [],
  }
}

function copy(text: Uint8Array, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text[i]
  return at + text.length
}
