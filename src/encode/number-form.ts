import { unscaledSize, writeInt64, writeLong, writeUnscaled } from './binary.js'
import { seal, writeBase128, writeDateMessage, writeFixed64, writeTimestampMessage } from './protobuf/wire.js'
import type { NumberForm } from './step.js'
import { writeDate, writeDecimal, writeFixedDecimal, writeReal, writeTimestamp } from './text.js'

/** Maximum bytes of a number in this form. */
export function maxSize(form: NumberForm): number {
  switch (form.as) {
    case 'varint':
      return form.bits === 32 ? 5 : 10
    case 'double':
    case 'int64':
      return 8
    case 'float':
      return 4
    case 'unscaled':
      return form.size ?? 10 + unscaledSize(form.precision)
    case 'digits':
      return 20 + Math.abs(form.scale)
    case 'spelled':
      return form.writer.maxBytes + 4
    case 'real':
    case 'date':
    case 'timestamp':
      return 32
    case 'base128':
      return 10
    case 'fixed':
      return form.bits / 8
    case 'sealed':
      return maxSize(form.of) + 6
    case 'timestamp-message':
      return 20
    case 'date-message':
      return 16
  }
}

/** The bytes of a number in held form, or null if it does not fit. */
export function renderNumber(form: NumberForm, value: number): Buffer | null {
  const b = Buffer.alloc(maxSize(form))
  const end = writeNumber(form, b, value)
  return end < 0 ? null : b.subarray(0, end)
}

function writeNumber(form: NumberForm, b: Buffer, value: number): number {
  const d = new DataView(b.buffer, b.byteOffset, b.length)
  switch (form.as) {
    case 'varint': {
      const product = value * form.factor
      return form.bits === 32 && product !== (product | 0) ? -1 : writeLong(b, 0, value, form.factor)
    }
    case 'double':
      d.setFloat64(0, value / form.divisor, true)
      return 8
    case 'float':
      d.setFloat32(0, value / form.divisor, true)
      return 4
    case 'unscaled':
      return writeUnscaled(b, 0, value, form.shift, form.precision, form.size ?? 0)
    case 'int64':
      return writeInt64(d, 0, value)
    case 'digits':
      return form.fixed ? writeFixedDecimal(b, 0, value, form.scale) : writeDecimal(b, 0, value, form.scale)
    case 'real':
      return writeReal(b, 0, value)
    case 'spelled': {
      if (!form.prefixed) return form.writer.write(b, 0, value)
      const end = form.writer.write(b, 2, value)
      // A length of 64 or more takes two bytes.
      if (end - 2 > 63) return writeLong(b, 0, end - 2, 1) + end - 2
      b.copyWithin(1, 2, end)
      b[0] = (end - 2) << 1
      return end - 1
    }
    case 'date':
    case 'timestamp': {
      const write = form.as === 'date' ? writeDate : writeTimestamp
      if (!form.prefixed) return write(b, 0, value)
      const end = write(b, 1, value)
      b[0] = (end - 1) << 1
      return end
    }
    case 'base128':
      return fitsBits(form, value) ? writeBase128(b, 0, value) : -1
    case 'fixed': {
      if (!fitsBits(form, value)) return -1
      if (form.bits === 64) return writeFixed64(d, 0, value)
      d.setInt32(0, value, true)
      return 4
    }
    case 'sealed': {
      const start = form.tag === null ? 1 : 2
      const end = writeNumber(form.of, b.subarray(start), value)
      if (end < 0) return -1
      if (form.tag !== null) b[1] = form.tag
      return seal(b, 0, start + end)
    }
    case 'timestamp-message':
      return writeTimestampMessage(b, 0, value * form.ms)
    case 'date-message':
      return writeDateMessage(b, 0, value)
  }
}

/** Whether an integer fits in this many bits; for 64 bits, only as far as a double is exact. */
function fitsBits({ bits, isSigned }: { bits: 32 | 64; isSigned: boolean }, value: number): boolean {
  if (!isSigned && value < 0) return false
  if (bits === 64) return Number.isSafeInteger(value)
  return isSigned ? value === (value | 0) : value === value >>> 0
}
