import { deliveryName } from '../config/connector.js'
import type { DeliveryOutline } from '../connector/outline.js'
import type { HostedConnector } from './hosted-connector.js'

/** The topics that connectors have sent to since they were reset (KIP-558). */
export class ActiveTopics {
  readonly #recordsOf: (delivery: DeliveryOutline) => number
  readonly #topics = new Map<string, Set<string>>()
  /** Record count of each delivery when its topics were reset. */
  readonly #before = new Map<string, number>()

  /** `recordsOf`: records sent by the tasks of a delivery, as far as known. */
  constructor(recordsOf: (delivery: DeliveryOutline) => number) {
    this.#recordsOf = recordsOf
  }

  of(connector: HostedConnector): readonly string[] {
    const topics = this.#topics.get(connector.name) ?? new Set<string>()
    for (const delivery of connector.deliveries) {
      const records = this.#recordsOf(delivery)
      const before = this.#before.get(deliveryName(delivery)) ?? 0
      // Fewer than at the reset: its tasks have been restarted since.
      if (delivery.topic !== null && records !== before && records > 0) topics.add(delivery.topic)
    }
    this.#topics.set(connector.name, topics)
    return [...topics].sort()
  }

  /** The current record count of each delivery of a connector. */
  counts({ deliveries }: HostedConnector): ReadonlyMap<string, number> {
    return new Map(deliveries.map((delivery) => [deliveryName(delivery), this.#recordsOf(delivery)]))
  }

  /** Records that a connector's topics were reset at these counts. */
  reset(connector: string, counts: ReadonlyMap<string, number>): void {
    this.#topics.delete(connector)
    for (const [delivery, records] of counts) this.#before.set(delivery, records)
  }

  forget(connector: HostedConnector): void {
    this.#topics.delete(connector.name)
    for (const delivery of connector.deliveries) this.#before.delete(deliveryName(delivery))
  }
}
