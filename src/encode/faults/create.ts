import type { DisturbConfig } from '../../config/disturb.js'
import { GenesisError } from '../../errors.js'
import type { Field } from '../../record.js'
import type { EncodedConnector } from '../encoded-connector.js'
import type { Encoder } from '../encoder.js'
import { sinkSchema } from '../value-formats.js'
import { wirePrefixBytes } from '../wire-format.js'
import { DisturbedEncoder } from './disturbed-encoder.js'
import type { AlterableColumn } from './disturbed-encoder.js'
import { Variant, alteredFields } from './variant.js'
import type { Alteration } from './variant.js'

/** Creates the encoder for a layout; throws SCHEMA_MISMATCH if the layout does not fit the connector's schema. */
export type MakeEncoder = (connector: EncodedConnector, fields: readonly Field[]) => Encoder

/**
 * An encoder for disturbed streams. Throws CONFIG_INVALID, naming the field, if a requested field can be neither
 * omitted nor null, or if no field can.
 */
export function createDisturbedEncoder(
  connector: EncodedConnector,
  disturb: DisturbConfig,
  fields: readonly Field[],
  make: MakeEncoder,
): Encoder {
  const { sink, value } = connector
  const isKafka = sink.type === 'kafka'
  const hasSchema = isKafka && value.format !== 'json' && value.format !== 'string'
  const isContainer = !isKafka && sink.format === 'avro'
  // Keys are those of the undisturbed records; the schema covers the whole layout.
  const own = sinkSchema(connector, fields)
  const unused = own === null ? [] : own.plan(fields).unusedColumns
  const schema = own?.inline ?? value.schema
  const bare: EncodedConnector = { ...connector, key: null, value: { ...value, schema } }
  const variant = (column: number, alteration: Alteration): Variant =>
    new Variant(make(bare, alteredFields(fields, column, alteration)), fields, column, alteration)
  const missing = (column: number): Variant => {
    try {
      return variant(column, 'left out')
    } catch (error) {
      // Without a default, a missing field of an Avro record is null.
      if (isMismatch(error)) return variant(column, 'null')
      throw error
    }
  }
  const { probabilities, missingFields, nullFields } = disturb
  const columns = (kind: 'missing_field' | 'null', names: readonly string[] | null): AlterableColumn[] =>
    probabilities[kind] === 0
      ? []
      : alterable(kind, names, fields, unused, kind === 'null' ? (column) => variant(column, 'null') : missing)
  return new DisturbedEncoder({
    encoder: make(connector, fields),
    missing: columns('missing_field', missingFields),
    nulls: columns('null', nullFields),
    prefix: hasSchema ? wirePrefixBytes : 0,
    suffix: isKafka || isContainer ? 0 : 1,
    labelled: isKafka,
  })
}

function alterable(
  kind: string,
  names: readonly string[] | null,
  fields: readonly Field[],
  unused: readonly string[],
  variantOf: (column: number) => Variant,
): AlterableColumn[] {
  const columns: AlterableColumn[] = []
  for (const [column, { name }] of fields.entries()) {
    if (names !== null && !names.includes(name)) continue
    try {
      if (unused.includes(name))
        throw new GenesisError('SCHEMA_MISMATCH', 'the schema omits it', { found: `no field ${name}` })
      columns.push({ name, variant: variantOf(column) })
    } catch (error) {
      if (!isMismatch(error)) throw error
      if (names !== null) throw refused(kind, name, error)
    }
  }
  if (columns.length > 0) return columns
  throw new GenesisError('CONFIG_INVALID', `the schema has no field that can be ${missingOrNull(kind)}`, {
    place: `disturb.${kind}.probability`,
    expected: 'a field with a default, or with null in its type',
    remedy: `Name columns in disturb.${kind}.fields and omit the schema to have it derived, or allow null in the schema`,
  })
}

function refused(kind: string, name: string, error: GenesisError): GenesisError {
  return new GenesisError('CONFIG_INVALID', `field ${name} cannot be ${missingOrNull(kind)}`, {
    place: `disturb.${kind}.fields`,
    found: error.details.found === undefined ? error.what : `${error.what}: ${error.details.found}`,
    expected: 'a field with a default, or with null in its type',
    cause: error,
  })
}

function missingOrNull(kind: string): string {
  return kind === 'null' ? 'null' : 'missing'
}

function isMismatch(error: unknown): error is GenesisError {
  return error instanceof GenesisError && error.code === 'SCHEMA_MISMATCH'
}
