/** Class names by which configurations over REST select a connector. */
export const connectorClass = 'io.genesis.connect.GenesisSourceConnector'

/** kafka-connect-datagen's, whose configurations work unchanged. */
export const datagenClass = 'io.confluent.kafka.connect.datagen.DatagenConnector'

/** All accepted classes. */
export const connectorClasses: readonly string[] = [connectorClass, datagenClass]

/**
 * The full name of the class: like Connect, accepts the full name, the simple name, and the latter without
 * `Connector`. Undefined: unknown.
 */
export function connectorClassOf(name: string): string | undefined {
  return connectorClasses.find((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1)
    return name === full || name === simple || name === simple.replace(/Connector$/, '')
  })
}
