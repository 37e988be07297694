/** The plugins of a worker and their keys, generated from the option table. */
import { connectorClass, connectorClassOf, datagenClass } from '../config/connector-class.js'
import { datagenSchema, replacedOptions } from '../config/datagen/options.js'
import { connectorSchema } from '../config/connector-schema.js'
import { optionsOf, type Option } from '../config/option.js'
import { HttpError } from './http-error.js'

/** The Kafka Connect version whose REST API this is (KIP-26 and later). */
export const connectVersion = '4.2.1'

/** Task class by connector class, as named in configurations. */
export function taskClassOf(named: unknown): string {
  const full = typeof named === 'string' ? connectorClassOf(named) : undefined
  return (full ?? connectorClass).replace(/Connector$/, 'Task')
}

/** org.apache.kafka.common.config.ConfigDef.Type */
export type ConfigType = 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'BOOLEAN' | 'LIST' | 'PASSWORD'

/** org.apache.kafka.connect.runtime.rest.entities.ConfigKeyInfo */
export interface Definition {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly documentation: string
  readonly group: string
  readonly order_in_group: number
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'
  readonly display_name: string
  readonly dependents: readonly string[]
}

export interface PluginKey {
  readonly definition: Definition
  /** Its other names in Connect. */
  readonly aliases: readonly string[]
  /** The allowed values; empty: any. */
  readonly words: readonly string[]
}

/** The full class name of a connector plugin. Throws 404 if unknown. */
export function pluginOf(name: string): string {
  const found = connectorClassOf(name)
  if (found === undefined) throw new HttpError(404, `Unknown plugin ${name}.`)
  return found
}

/** All keys of a connector of this class, in documentation order. */
export function pluginKeys(plugin: string): readonly PluginKey[] {
  const places = new Map<string, number>()
  const isDatagen = plugin === datagenClass
  const own = [...optionsOf(connectorSchema)]
  const options = isDatagen ? [...optionsOf(datagenSchema), ...own.filter(([name]) => !replacedOptions.has(name))] : own
  return [['connector.class', classOption(plugin)] as const, ...options].map(([name, option]) =>
    keyOf(name, option, places),
  )
}

function classOption(plugin: string): Option {
  return {
    doc: `Class of the connector: ${plugin}, or its simple name.`,
    format: 'text',
    default: null,
    nullable: false,
    required: true,
    sensitive: false,
  }
}

function keyOf(name: string, option: Option, places: Map<string, number>): PluginKey {
  const { doc, required, default: standard, importance = required ? 'high' : 'low', aliases = [] } = option
  const isOwn = name === 'connector.class' || Object.hasOwn(datagenSchema, name)
  const group = name.includes('.') && !isOwn ? name.slice(0, name.indexOf('.')) : 'Common'
  const place = (places.get(group) ?? 0) + 1
  places.set(group, place)
  const type = typeOf(option)
  const words = Array.isArray(option.format) ? option.format : []
  return {
    definition: {
      name,
      type,
      required,
      default_value: standard === null ? null : typeof standard === 'string' ? standard : JSON.stringify(standard),
      importance: importance.toUpperCase() as Definition['importance'],
      documentation: doc,
      group,
      order_in_group: place,
      width: widths[type] ?? 'MEDIUM',
      display_name: name,
      dependents: [],
    },
    aliases,
    words,
  }
}

const widths: Partial<Record<ConfigType, Definition['width']>> = {
  INT: 'SHORT',
  LONG: 'SHORT',
  DOUBLE: 'SHORT',
  BOOLEAN: 'SHORT',
  LIST: 'LONG',
}

/** Durations and sizes are strings with a unit; maps and objects are JSON text. */
function typeOf({ format, sensitive, maximum = Number.MAX_SAFE_INTEGER }: Option): ConfigType {
  if (sensitive) return 'PASSWORD'
  switch (format) {
    case 'count':
      return maximum < 2 ** 31 ? 'INT' : 'LONG'
    case 'number':
      return 'DOUBLE'
    case 'flag':
      return 'BOOLEAN'
    case 'list':
    case 'columns':
    case 'origins':
      return 'LIST'
    default:
      return 'STRING'
  }
}
