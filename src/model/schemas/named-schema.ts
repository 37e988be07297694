/** A schema that others refer to. */
export interface NamedSchema {
  /** What they call it: the full name of a type of Avro, the path of a Protobuf import, what precedes `#` in a JSON Schema's `$ref`. */
  readonly name: string
  /** A JSON value, or the text of a .proto file. */
  readonly schema: unknown
}
