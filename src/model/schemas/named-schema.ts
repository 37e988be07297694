/** A schema that others refer to. */
export interface NamedSchema {
  /** Its name there: the full name of an Avro type, the path of a Protobuf import, what precedes `#` in a JSON Schema's `$ref`. */
  readonly name: string
  /** A JSON value, or the text of a .proto file. */
  readonly schema: unknown
}
