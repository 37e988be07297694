/** Units per millisecond of Avro's timestamp types, by logical type. */
export const unitsPerMs: Readonly<Record<string, number>> = {
  'timestamp-millis': 1,
  'timestamp-micros': 1e3,
  'timestamp-nanos': 1e6,
  'local-timestamp-millis': 1,
  'local-timestamp-micros': 1e3,
  'local-timestamp-nanos': 1e6,
}
