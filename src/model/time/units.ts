/** How many of their units Avro's timestamp types have in a millisecond, by logical type. */
export const unitsPerMs: Readonly<Record<string, number>> = {
  'timestamp-millis': 1,
  'timestamp-micros': 1e3,
  'timestamp-nanos': 1e6,
  'local-timestamp-millis': 1,
  'local-timestamp-micros': 1e3,
  'local-timestamp-nanos': 1e6,
}
