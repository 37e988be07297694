/** Names by which a configuration over REST says which connector it is of. */
export const connectorClass = 'io.genesis.connect.GenesisSourceConnector'

/** kafka-connect-datagen's, whose configurations are taken as they are. */
export const datagenClass = 'io.confluent.kafka.connect.datagen.DatagenConnector'

/** Every class that can be named. */
export const connectorClasses: readonly string[] = [connectorClass, datagenClass]

/**
 * The full name of the class that is meant: Connect takes the full name, the simple one, and that without `Connector`. Undefined:
 * there is no such connector here.
 */
export function connectorClassOf(name: string): string | undefined {
  return connectorClasses.find((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1)
    return name === full || name === simple || name === simple.replace(/Connector$/, '')
  })
}
