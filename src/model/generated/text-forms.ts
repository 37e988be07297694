import type { FieldType, Value } from '../../record.js'
import { shownValue } from '../held.js'
import type { TemplateFilter } from './template-parts.js'

/** A held value as text; '' if missing. A decimal shows all its places. */
export function textOf(held: Value | undefined, type: FieldType): string {
  if (held === null || held === undefined) return ''
  if (type.kind === 'decimal' && typeof held === 'number') {
    const digits = String(Math.abs(held)).padStart(type.scale + 1, '0')
    const point = digits.length - type.scale
    const sign = held < 0 ? '-' : ''
    return type.scale === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
  }
  return String(shownValue(held, type))
}

export function filtered(text: string, filter: TemplateFilter): string {
  if (filter === 'none') return text
  if (filter === 'lower') return text.toLowerCase()
  return filter === 'slug' ? slug(text) : slug(text).slice(0, 1)
}

/** Letters that Unicode does not decompose into a base letter and marks. */
const folded: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** The ASCII letters and digits of a text, in lower case; if it has none, its code points in hexadecimal. */
export function slug(text: string): string {
  const lower = text.toLowerCase()
  // Most texts need no folding, and a pool may have thousands.
  if (/^[a-z0-9]+$/.test(lower)) return lower
  const plain = lower.replace(/[ßæœøłđðþı]/g, (letter) => folded[letter])
  const kept = plain.normalize('NFD').replace(/[^a-z0-9]/g, '')
  if (kept !== '') return kept
  return Array.from(text, (character) => character.codePointAt(0)!.toString(16)).join('')
}
