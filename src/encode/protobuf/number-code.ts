import type { NumberForm, ProtoNumberForm } from '../step.js'

interface Parts {
  /** Code that appends the number `v` in another form. */
  readonly inner: (form: NumberForm) => string
  /** Code that refuses `v`. */
  readonly unfit: () => string
}

/** Code that appends the number `v`; see code-emitter.ts for the names in it. */
export function protoNumberCode(form: ProtoNumberForm, { inner, unfit }: Parts): string {
  switch (form.as) {
    case 'base128': {
      const other =
        form.bits === 64
          ? form.isSigned
            ? 'p = writeBase128(b, p, v) | 0'
            : `{ if (v < 0) ${unfit()}; p = writeBase128(b, p, v) | 0 }`
          : `{ if (${form.isSigned ? 'x !== v' : 'v !== v >>> 0'}) ${unfit()}; p = writeBase128(b, p, v) | 0 }`
      return (
        'x = v | 0; if (x === v && x >= 0) { while ((x & -128) !== 0) { b[p++] = (x & 127) | 128; x >>>= 7 } ' +
        `b[p++] = x } else ${other}`
      )
    }
    case 'fixed': {
      if (form.bits === 64) {
        const check = form.isSigned ? '' : `if (v < 0) ${unfit()}; `
        return `${check}p = writeFixed64(d, p, v) | 0`
      }
      return `if (v !== (v ${form.isSigned ? '| 0' : '>>> 0'})) ${unfit()}; d.setInt32(p, v, true); p += 4`
    }
    case 'sealed': {
      const tag = form.tag === null ? '' : `b[p++] = ${form.tag}; `
      return `{ const m = p++; ${tag}${inner(form.of)}; p = seal(b, m, p) | 0 }`
    }
    case 'timestamp-message':
      return `p = writeTimestampMessage(b, p, ${form.ms === 1 ? 'v' : `v * ${form.ms}`}) | 0`
    case 'date-message':
      return 'p = writeDateMessage(b, p, v) | 0'
  }
}
