// An IndexedDB that passes everything on, and lets a test step in between.

/** Where a test steps in. Both may throw, as engines do. */
export interface Faults {
  readonly onOpen?: (call: number) => void
  /** Called with each readwrite transaction, before anyone uses it. */
  readonly onWrite?: (transaction: IDBTransaction, call: number) => void
}

/** The factory, and what was done with it. */
export interface FaultyIndexedDB {
  readonly factory: IDBFactory
  /** All databases that were opened, in order. */
  readonly databases: IDBDatabase[]
  readonly opens: () => number
  /** What `transaction` was called with. */
  readonly transactions: readonly (readonly unknown[])[]
}

/** Wraps the global IndexedDB. */
export function faultyIndexedDB(faults: Faults = {}): FaultyIndexedDB {
  const databases: IDBDatabase[] = []
  const transactions: (readonly unknown[])[] = []
  let opens = 0
  let writes = 0

  function watch(database: IDBDatabase): void {
    databases.push(database)
    const begin = database.transaction.bind(database)
    database.transaction = (...parameters: Parameters<typeof begin>) => {
      transactions.push(parameters)
      const transaction = begin(...parameters)
      if (parameters[1] === 'readwrite') {
        writes += 1
        faults.onWrite?.(transaction, writes)
      }
      return transaction
    }
  }

  const factory = new Proxy(indexedDB, {
    get(target, property) {
      if (property !== 'open') return Reflect.get(target, property) as unknown
      return (name: string, version: number) => {
        opens += 1
        faults.onOpen?.(opens)
        const request = target.open(name, version)
        request.addEventListener('success', () => watch(request.result))
        return request
      }
    },
  })
  return { factory, databases, opens: () => opens, transactions }
}

/** Ends a transaction once all its requests were sent, with that error, as a full disk does. */
export function failAtCommit(transaction: IDBTransaction, error: DOMException | null): void {
  const find = transaction.objectStore.bind(transaction)
  transaction.objectStore = (name) => {
    const store = find(name)
    const put = store.put.bind(store)
    store.put = (...parameters: Parameters<typeof put>) => {
      const request = put(...parameters)
      // A row of the journal is put last.
      if (name !== 'meta') return request
      request.addEventListener('success', () => {
        Object.defineProperty(transaction, 'error', { get: () => error })
        transaction.abort()
      })
      return request
    }
    return store
  }
}
