import { storeContract } from '../../contract/store.js'
import { MemoryLog, MemoryStore } from '../../support/memory-store.js'

storeContract('the store in memory', (t) => {
  const log = new MemoryLog()
  return {
    store: () => {
      const store = new MemoryStore(log)
      t.after(() => store.close())
      return store
    },
    recreate: () => Promise.resolve(log.recreate()),
  }
})
