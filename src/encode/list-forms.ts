import type { ListStep } from './step.js'

/** The code around the items of a list, and between two of them; an item is one of indexes `from` … `to`. BEFORE: what comes before the list. */
export const listForms: Readonly<Record<ListStep['form'], { begin: string; between: string; end: string }>> = {
  avro: { begin: 'if (to > from) p = writeLong(b, p, to - from, 1) | 0', between: '', end: 'b[p++] = 0' },
  array: { begin: 'b[p++] = 91', between: 'if (i > from) b[p++] = 44', end: 'b[p++] = 93' },
  object: { begin: 'b[p++] = 123', between: 'if (i > from) b[p++] = 44', end: 'b[p++] = 125' },
  repeated: { begin: '', between: '', end: '' },
  packed: {
    begin: 'let m = 0; if (to > from) { BEFORE; m = p++ }',
    between: '',
    end: 'if (to > from) p = seal(b, m, p) | 0',
  },
}
