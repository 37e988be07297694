/** Names by which a configuration over REST says which connector it is of. */
export const connectorClass = 'io.genesis.connect.GenesisSourceConnector'

/**
 * The full name of the class that is meant: Connect takes the full name, the simple one, and that without `Connector`. Undefined:
 * there is no such connector here.
 */
export function connectorClassOf(name: string): string | undefined {
  return classes.find((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1)
    return name === full || name === simple || name === simple.replace(/Connector$/, '')
  })
}

const classes: readonly string[] = [connectorClass]
