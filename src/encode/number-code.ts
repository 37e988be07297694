import { dateCode } from './date-code.js'
import { decimalCode, integerCode } from './digit-code.js'
import { protoNumberCode } from './protobuf/number-code.js'
import type { NumberForm } from './step.js'

interface Parts {
  /** The name that the code has for a value. */
  readonly datum: (value: unknown) => string
  /** Code that refuses `v`. */
  readonly unfit: () => string
}

/** Code that appends the number `v`; see code-emitter.ts for the names in it. */
export function numberCode(form: NumberForm, parts: Parts): string {
  const divided = (divisor: number): string => (divisor === 1 ? 'v' : `v / ${divisor}`)
  switch (form.as) {
    case 'varint': {
      const other = form.bits === 64 ? `p = writeLong(b, p, v, ${form.factor}) | 0` : parts.unfit()
      return (
        `q = ${form.factor === 1 ? 'v' : `v * ${form.factor}`}; x = q | 0; ` +
        'if (x === q) { x = (x << 1) ^ (x >> 31); ' +
        'while ((x & -128) !== 0) { b[p++] = (x & 127) | 128; x >>>= 7 } b[p++] = x } ' +
        `else ${other}`
      )
    }
    case 'double':
      return `d.setFloat64(p, ${divided(form.divisor)}, true); p += 8`
    case 'float':
      return `d.setFloat32(p, ${divided(form.divisor)}, true); p += 4`
    case 'unscaled':
      return (
        `q = writeUnscaled(b, p, v, ${form.shift}, ${form.precision}, ${form.size ?? 0}) | 0; ` +
        `if (q < 0) ${parts.unfit()}; p = q`
      )
    case 'int64':
      return 'p = writeInt64(d, p, v) | 0'
    case 'digits':
      return form.scale === 0 ? integerCode() : decimalCode(form.scale, form.fixed === true, parts.datum)
    case 'real':
      return 'p = writeReal(b, p, v) | 0'
    case 'spelled': {
      const writer = parts.datum(form.writer)
      if (!form.prefixed) return `p = ${writer}.write(b, p, v) | 0`
      // The length, two bytes from 64 on, is only known after the text.
      return (
        `q = ${writer}.write(b, p + 2, v) | 0; x = q - p - 2; ` +
        'if (x > 63) { writeLong(b, p, x, 1); p = q } else { b[p] = x << 1; b.copyWithin(p + 1, p + 2, q); p = q - 1 }'
      )
    }
    case 'date':
    case 'timestamp': {
      const write = form.as === 'date' ? dateCode : 'p = writeTimestampWords(b, d, p, v) | 0'
      return form.prefixed ? `{ const m = p++; ${write}; b[m] = (p - m - 1) << 1 }` : write
    }
    default:
      return protoNumberCode(form, { inner: (of) => numberCode(of, parts), unfit: parts.unfit })
  }
}
