/** Checks options of the library, whose callers may not use types. */
import { nearest } from '../config/nearest.js'
import { GenesisError } from '../errors.js'

export interface Check {
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

/** Throws OPTION_INVALID for an unknown or invalid option; undefined counts as omitted. */
export function checkOptions(of: string, given: unknown, checks: Readonly<Record<string, Check>>): void {
  if (typeof given !== 'object' || given === null) {
    throw new GenesisError('OPTION_INVALID', 'invalid options', {
      place: of,
      found: shown(given),
      expected: 'an object',
    })
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) {
      const meant = nearest(name, Object.keys(checks))
      throw new GenesisError('OPTION_INVALID', 'unknown option', {
        place: of,
        found: name,
        expected: meant ?? `one of ${Object.keys(checks).join(', ')}`,
      })
    }
    const { expected, accepts } = checks[name]
    if (value !== undefined && !accepts(value)) {
      throw new GenesisError('OPTION_INVALID', 'wrong value', {
        place: `${of}: ${name}`,
        found: shown(value),
        expected,
      })
    }
  }
}

export function count(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const end = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`
  return {
    expected: `a whole number from ${least}${end}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  }
}

/** A number, fractions included; exclusive minimum `above`. */
export function numberAbove(above: number): Check {
  return {
    expected: `a number above ${above}`,
    accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value > above,
  }
}

export function numberFrom(least: number, most = Infinity): Check {
  return {
    expected: most === Infinity ? `a number from ${least}` : `a number from ${least} to ${most}`,
    accepts: (value) => typeof value === 'number' && value >= least && value <= most,
  }
}

export function oneOf(...words: readonly string[]): Check {
  return { expected: `one of ${words.join(', ')}`, accepts: (value) => words.includes(value as string) }
}

export function instance(type: { readonly name: string; readonly prototype: object }): Check {
  return {
    expected: `a ${type.name}`,
    accepts: (value) => typeof value === 'object' && Object.prototype.isPrototypeOf.call(type.prototype, value ?? {}),
  }
}

export const positionOption = count(0)
export const flagOption: Check = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' }
export const textOption: Check = {
  expected: 'a non-empty string',
  accepts: (value) => typeof value === 'string' && value !== '',
}
export const objectOption: Check = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}
/** An option that is a path or the thing itself. */
export const textOrObject: Check = {
  expected: 'a text or an object',
  accepts: (value) => textOption.accepts(value) || objectOption.accepts(value),
}
/** A mandatory option: must not be null. */
export const needed: Check = { expected: 'a value', accepts: (value) => value !== null }
export const anything: Check = { expected: 'anything', accepts: () => true }

function shown(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  return Array.isArray(value)
    ? 'a list'
    : `an object${value.constructor === Object ? '' : ` (${value.constructor?.name})`}`
}
