/** Flags as rows of the option table: choices, bounds and checks come from there, and the description if it fits. */
import { InvalidArgumentError, Option } from 'commander'
import { connectorSchema } from '../config/connector-schema.js'
import { optionsOf, type Option as Row } from '../config/option.js'
import { workerSchema } from '../config/worker-schema.js'
import { GenesisError } from '../errors.js'

const rows = new Map<string, Row>()
for (const tree of [workerSchema, connectorSchema]) {
  // If two rows share a flag, the connector's own takes precedence over the sink's.
  for (const [, row] of optionsOf(tree)) if (row.flag !== undefined && !rows.has(row.flag)) rows.set(row.flag, row)
}

/**
 * The flag of a row, such as `--rate-limit`. `placeholder`: the name of its value in the help; omitted for a switch.
 * `doc`: overrides the row's description.
 */
export function tableFlag(flag: string, placeholder?: string, doc?: string): Option {
  const row = rows.get(flag)
  if (row === undefined) throw new GenesisError('INTERNAL', `no option has the flag ${flag}`)
  const option = new Option(placeholder === undefined ? flag : `${flag} <${placeholder}>`, doc ?? sentence(row.doc))
  if (Array.isArray(row.format)) return option.choices(row.format)
  if (row.format === 'count') return option.argParser(integer(row.minimum ?? 0))
  if (row.format === 'number') return option.argParser(positive)
  if (row.format === 'object') return option.argParser(jsonFlag(flag))
  return option
}

/** In the style of help pages: lower case, no final stop. */
function sentence(doc: string): string {
  return doc.charAt(0).toLowerCase() + doc.slice(1).replace(/\.$/, '')
}

export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= minimum) return value
    throw new InvalidArgumentError(`expected an integer of at least ${minimum}`)
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('expected a number above 0')
}

/** Throws USAGE. */
export function jsonFlag(flag: string): (text: string) => unknown {
  return (text) => {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new GenesisError('USAGE', 'not JSON', { place: flag, found: text, cause })
    }
  }
}
